# ResNet-50 with temporal shift (TSM): instances are frames that saw their neighbours.
_base_ = [
    '../_base_/models/tgdfer_any-backbone.py',
    '../_base_/datasets/dfew.py',
    '../_base_/schedules/adamw_50e_any-backbone.py',
    '../_base_/default_runtime.py',
]

model = dict(
    backbone=dict(
        backbone=dict(
            type='ResNetTSM',
            depth=50,
            num_segments={{_base_.num_frames}},
            pretrained2d=False,
        ),
        input_format='NCHW',
        num_frames={{_base_.num_frames}},
        image_size={{_base_.image_size}},
    ),
)

# Kinetics-400, for model.backbone.pretrained; off by default.
weights = (
    'https://download.openmmlab.com/mmaction/v1.0/recognition/tsm/'
    'tsm_imagenet-pretrained-r50_8xb16-1x1x16-50e_kinetics400-rgb/'
    'tsm_imagenet-pretrained-r50_8xb16-1x1x16-50e_kinetics400-rgb_20220831-042b1748.pth'
)
