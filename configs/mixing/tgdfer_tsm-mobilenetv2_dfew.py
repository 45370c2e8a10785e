# MobileNetV2 with temporal shift (TSM), the smallest of these.
_base_ = [
    '../_base_/models/tgdfer_any-backbone.py',
    '../_base_/datasets/dfew.py',
    '../_base_/schedules/adamw_50e_any-backbone.py',
    '../_base_/default_runtime.py',
]

model = dict(
    backbone=dict(
        backbone=dict(
            type='MobileNetV2TSM',
            num_segments={{_base_.num_frames}},
            pretrained2d=False,
        ),
        input_format='NCHW',
        num_frames={{_base_.num_frames}},
        image_size={{_base_.image_size}},
    ),
)

# mmaction2 1.2.0 lists no Kinetics weights of it.
