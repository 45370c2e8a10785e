# mmaction2's own SlowOnly on DFEW, with our data, metric and pictures.
_base_ = [
    '../_base_/datasets/dfew_ncthw.py',
    '../_base_/schedules/adamw_50e_stock.py',
    '../_base_/default_runtime.py',
]

model = dict(
    type='Recognizer3D',
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        format_shape='NCTHW',
    ),
    backbone=dict(type='ResNet3dSlowOnly', depth=50, pretrained=None, lateral=False),
    cls_head=dict(
        type='I3DHead',
        num_classes=7,
        in_channels=2048,
        dropout_ratio=0.5,
        average_clips='prob',
    ),
)

# Kinetics-400, for load_from; off by default. Its head has other classes and is left.
weights = (
    'https://download.openmmlab.com/mmaction/v1.0/recognition/slowonly/'
    'slowonly_r50_8xb16-8x8x1-256e_kinetics400-rgb/'
    'slowonly_r50_8xb16-8x8x1-256e_kinetics400-rgb_20220901-2132fc87.pth'
)
