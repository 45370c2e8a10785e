# X3D-M on the whole clip; no temporal stride: instances are frames.
_base_ = [
    '../_base_/models/tgdfer_any-backbone.py',
    '../_base_/datasets/dfew.py',
    '../_base_/schedules/adamw_50e_any-backbone.py',
    '../_base_/default_runtime.py',
]

model = dict(
    data_preprocessor=dict(mean=[114.75] * 3, std=[57.375] * 3),
    backbone=dict(
        backbone=dict(type='X3D', gamma_w=1, gamma_b=2.25, gamma_d=2.2),
        num_frames={{_base_.num_frames}},
        image_size={{_base_.image_size}},
    ),
)

# Kinetics-400, for model.backbone.pretrained; off by default.
weights = (
    'https://download.openmmlab.com/mmaction/v1.0/recognition/x3d/'
    'facebook/'
    'x3d_m_16x5x1_facebook-kinetics400-rgb_20201027-3f42382a.pth'
)
