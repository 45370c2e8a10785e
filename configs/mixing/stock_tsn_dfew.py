# mmaction2's own TSN on DFEW, with our data, metric and pictures.
_base_ = [
    '../_base_/datasets/dfew.py',
    '../_base_/schedules/adamw_50e_stock.py',
    '../_base_/default_runtime.py',
]

model = dict(
    type='Recognizer2D',
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        format_shape='NCHW',
    ),
    backbone=dict(type='ResNet', depth=50),
    cls_head=dict(
        type='TSNHead',
        num_classes=7,
        in_channels=2048,
        dropout_ratio=0.4,
        average_clips='prob',
    ),
)

# Kinetics-400, for load_from; off by default. Its head has other classes and is left.
weights = (
    'https://download.openmmlab.com/mmaction/v1.0/recognition/tsn/'
    'tsn_imagenet-pretrained-r50_8xb32-1x1x8-100e_kinetics400-rgb/'
    'tsn_imagenet-pretrained-r50_8xb32-1x1x8-100e_kinetics400-rgb_20220906-2692d16c.pth'
)
