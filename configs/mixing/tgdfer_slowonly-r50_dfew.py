# SlowOnly ResNet-50 on the whole clip; no temporal stride: instances are frames.
_base_ = [
    '../_base_/models/tgdfer_any-backbone.py',
    '../_base_/datasets/dfew.py',
    '../_base_/schedules/adamw_50e_any-backbone.py',
    '../_base_/default_runtime.py',
]

model = dict(
    backbone=dict(
        backbone=dict(
            type='ResNet3dSlowOnly', depth=50, pretrained=None, lateral=False
        ),
        num_frames={{_base_.num_frames}},
        image_size={{_base_.image_size}},
    ),
)

# Kinetics-400, for model.backbone.pretrained; off by default.
weights = (
    'https://download.openmmlab.com/mmaction/v1.0/recognition/slowonly/'
    'slowonly_r50_8xb16-8x8x1-256e_kinetics400-rgb/'
    'slowonly_r50_8xb16-8x8x1-256e_kinetics400-rgb_20220901-2132fc87.pth'
)
