# Expression and residue of drawn faces, from features of the frozen small tower.
recognizer = 'lab/configs/ablations/full.py'  # its towers, untrained here
stage = 'layer3'
components = 256  # principal components of that stage's map
size = 32  # width and height of the drawn pictures, pixels

seed = 0  # seed of people and clips; a repeat adds its number
people = dict(train=40, test=16)
frames = 8  # of a clip

model = dict(
    type='FaceSeparator',
    in_channels=components + 128,
    num_classes=7,
    expression_channels=16,
    residue_channels=64,
    neutral=2,
    decoder=dict(size=size),
    loss_apart=dict(type='SharedVarianceLoss', loss_weight=4.0),
    class_weight=1.0,  # with less, the expression is lost in keeping the parts apart
)
training = dict(epochs=40, batch_size=28, rate=3e-3)
