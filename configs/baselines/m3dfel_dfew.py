# M3DFEL (CVPR 2023) on DFEW: 3D ResNet-18 on four clips of four frames at 112 pixels,
# with its published schedule and augmentation. Frames are only scaled to 0..1. 46.8 M
# parameters; see docs/convert.md for the counts.
#
# The backbone starts from Kinetics-400. Its weights are torchvision's (r3d_18), once:
#   python tools/convert_checkpoint.py r3d_18-b3b3357e.pth \
#       weights/r3d18_kinetics400.safetensors --config configs/baselines/m3dfel_dfew.py
_base_ = [
    '../_base_/datasets/dfew_16x112.py',
    '../_base_/schedules/adamw_300e_m3dfel.py',
    '../_base_/default_runtime.py',
]
pretrained = 'weights/r3d18_kinetics400.safetensors'

model = dict(
    type='BagRecognizer',
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=[0.0, 0.0, 0.0],
        std=[255.0, 255.0, 255.0],
        format_shape='NCHW',
    ),
    backbone=dict(
        type='InstanceBackbone',
        backbone=dict(
            type='ResNet3d',
            depth=18,
            pretrained2d=False,
            conv1_kernel=(3, 7, 7),
            conv1_stride_t=1,
            pool1_stride_t=1,
            with_pool1=False,
            with_pool2=False,
            temporal_strides=(1, 2, 2, 2),
            inflate_style='3x3x3',
            zero_init_residual=False,
        ),
        clip_len=4,
        num_frames={{_base_.num_frames}},
        image_size={{_base_.image_size}},
        out_channels=512,
        projection=False,
        pretrained=pretrained,
    ),
    cls_head=dict(
        type='M3DFELHead',
        num_classes=7,
        in_channels=512,
        num_instances=4,
        hidden_channels=512,
        num_layers=2,
        heads=8,
        loss_cls=dict(type='MILLoss', label_smooth=0.1),
    ),
)

__changes = dict(
    RandomResizedCrop=dict(area_range=(0.08, 1.0), aspect_ratio_range=(3 / 4, 4 / 3)),
    ColorJitter=dict(brightness=0.4, contrast=0.4, saturation=0.4, hue=0.4),
)
train_pipeline = [
    {**step, **__changes.get(step['type'], {})} for step in _base_.train_pipeline
]
train_dataloader = dict(batch_size=256, dataset=dict(pipeline=train_pipeline))
