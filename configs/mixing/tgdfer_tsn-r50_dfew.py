# ResNet-50 frame by frame, as in TSN: instances are frames.
_base_ = [
    '../_base_/models/tgdfer_any-backbone.py',
    '../_base_/datasets/dfew.py',
    '../_base_/schedules/adamw_50e_any-backbone.py',
    '../_base_/default_runtime.py',
]

model = dict(
    backbone=dict(
        backbone=dict(type='ResNet', depth=50),
        input_format='NCHW',
        num_frames={{_base_.num_frames}},
        image_size={{_base_.image_size}},
    ),
)

# Kinetics-400, for model.backbone.pretrained; off by default.
weights = (
    'https://download.openmmlab.com/mmaction/v1.0/recognition/tsn/'
    'tsn_imagenet-pretrained-r50_8xb32-1x1x8-100e_kinetics400-rgb/'
    'tsn_imagenet-pretrained-r50_8xb32-1x1x8-100e_kinetics400-rgb_20220906-2692d16c.pth'
)
