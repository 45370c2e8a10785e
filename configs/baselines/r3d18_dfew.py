# 3D ResNet-18 on DFEW, 16 frames at 112 pixels, in mmaction2's own recognizer: the
# layout of Hara et al., which pools space and time after the first convolution and so
# needs a fifth of the operations of torchvision's. The papers that report it do not
# state their recipe; this recipe is that of the other stock configs.
_base_ = [
    '../_base_/datasets/dfew_16x112_ncthw.py',
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
        type='ResNet3d',
        depth=18,
        pretrained2d=False,
        conv1_kernel=(7, 7, 7),
        conv1_stride_t=1,
        pool1_stride_t=2,
        with_pool2=False,
        temporal_strides=(1, 2, 2, 2),
        inflate_style='3x3x3',
        zero_init_residual=False,
    ),
    cls_head=dict(
        type='I3DHead',
        num_classes=7,
        in_channels=512,
        dropout_ratio=0.5,
        average_clips='prob',
    ),
)
