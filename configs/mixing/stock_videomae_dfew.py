# mmaction2's own VideoMAE ViT-B on DFEW, with our data, metric and pictures.
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
    backbone=dict(
        type='VisionTransformer',
        img_size={{_base_.image_size}},
        num_frames={{_base_.num_frames}},
    ),
    cls_head=dict(
        type='TimeSformerHead', num_classes=7, in_channels=768, average_clips='prob'
    ),
)

# Kinetics-400, for load_from; off by default. Its head has other classes and is left.
weights = (
    'https://download.openmmlab.com/mmaction/v1.0/recognition/videomae/'
    'vit-base-p16_videomae-k400-pre_16x4x1_kinetics-400_20221013-860a3cd3.pth'
)
