# VideoMAE ViT-B on DFEW, 16 frames at 160 pixels, the size of the published cost. The
# rest is as in configs/mixing/stock_videomae_dfew.py, whose weights fit too, because
# the positional codes are computed.
_base_ = [
    '../_base_/datasets/dfew_16x160_ncthw.py',
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
