# 3D ResNet-18 on four clips of four frames at 112 pixels [from M3DFEL].
_base_ = [
    '../_base_/models/tgdfer_any-backbone.py',
    '../_base_/datasets/dfew_16x112.py',
    '../_base_/schedules/adamw_50e_any-backbone.py',
    '../_base_/default_runtime.py',
]

model = dict(
    backbone=dict(
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
    ),
    frames_per_instance=4,
)

# The layout is that of torchvision's r3d_18; mmaction2 lists no weights of it.
