# C3D on four clips of sixteen frames at 112 pixels, with one vector for each clip.
_base_ = [
    '../_base_/models/tgdfer_any-backbone.py',
    '../_base_/datasets/dfew_64x112.py',
    '../_base_/schedules/adamw_50e_any-backbone.py',
    '../_base_/default_runtime.py',
]

model = dict(
    data_preprocessor=dict(mean=[104, 117, 128], std=[1, 1, 1]),
    backbone=dict(
        backbone=dict(type='C3D'),
        clip_len=16,
        num_frames={{_base_.num_frames}},
        image_size={{_base_.image_size}},
    ),
    frames_per_instance=16,
)

# Sports-1M, for model.backbone.pretrained; off by default. There are no weights from
# Kinetics.
weights = (
    'https://download.openmmlab.com/mmaction/recognition/c3d/'
    'c3d_sports1m_pretrain_20201016-dcc47ddc.pth'
)
