# A thin 3D ResNet-18 on the pixels: its tower is its own and starts from scratch.
_base_ = '../../ablations/full.py'

model = dict(
    type='BagRecognizer',
    data_preprocessor=dict(mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375]),
    backbone=dict(
        _delete_=True,
        type='InstanceBackbone',
        backbone=dict(
            type='ResNet3d',
            depth=18,
            base_channels=8,
            pretrained2d=False,
            conv1_kernel=(3, 7, 7),
            conv1_stride_t=1,
            with_pool1=False,
            with_pool2=False,
            temporal_strides=(1, 1, 2, 2),
            inflate_style='3x3x3',
            zero_init_residual=False,
        ),
        num_frames={{_base_.num_frames}},
        image_size={{_base_.image_size}},
        out_channels=64,
        projection=False,
    ),
    text_encoder=None,
    neck=None,
    cls_head=dict(
        _delete_=True,
        type='LinearBagHead',
        num_classes={{_base_.model.cls_head.num_classes}},
        in_channels=64,
        loss_cls=dict(type='MILLoss', label_smooth=0.1),
    ),
    frames_per_instance=None,
)
optim_wrapper = dict(paramwise_cfg=dict(_delete_=True))
