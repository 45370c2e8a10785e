# TG-DFER on another kind of backbone. Leaves set the backbone, the number of frames and
# their size. The text tower is still CLIP's.
_base_ = 'tgdfer_clip-vit-base-p16.py'

model = dict(
    data_preprocessor=dict(mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375]),
    backbone=dict(_delete_=True, type='InstanceBackbone', out_channels=512),
)
