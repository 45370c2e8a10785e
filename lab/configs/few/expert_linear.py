# A linear layer on the mean of the frames, on another frozen tower, a small classifier
# of real faces: `tgdfer models get fer2013-xception` first.
_base_ = '../baselines/linear.py'

model = dict(
    # It gets RGB from 0 to 255 and prepares it by itself.
    data_preprocessor=dict(mean=[0.0, 0.0, 0.0], std=[1.0, 1.0, 1.0]),
    backbone=dict(
        _delete_=True,
        type='MiniXception',
        features=True,
        pretrained='models://fer2013-xception/model.safetensors',
    ),
)
