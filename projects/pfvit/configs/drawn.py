# Expression and residue of drawn faces, on what the frozen small tower says of them.
recognizer = 'lab/configs/ablations/full.py'  # its towers are taken, untrained
stage = 'layer3'
components = 256  # of the map of that stage
size = 32  # pixels of what is drawn

seed = 0  # of people and clips; a repeat adds its number
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
    class_weight=1.0,  # or the expression is given up to keep the parts apart
)
training = dict(epochs=40, batch_size=28, rate=3e-3)
