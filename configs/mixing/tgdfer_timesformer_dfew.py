# TimeSformer on four clips of eight frames, with one vector for each clip.
_base_ = [
    '../_base_/models/tgdfer_any-backbone.py',
    '../_base_/datasets/dfew_32x224.py',
    '../_base_/schedules/adamw_50e_any-backbone.py',
    '../_base_/default_runtime.py',
]

model = dict(
    backbone=dict(
        backbone=dict(
            type='TimeSformer',
            num_frames=8,
            img_size={{_base_.image_size}},
            patch_size=16,
        ),
        clip_len=8,
        num_frames={{_base_.num_frames}},
        image_size={{_base_.image_size}},
    ),
    frames_per_instance=8,
)

# Kinetics-400, for model.backbone.pretrained; off by default.
weights = (
    'https://download.openmmlab.com/mmaction/v1.0/recognition/timesformer/'
    'timesformer_divST_8xb8-8x32x1-15e_kinetics400-rgb/'
    'timesformer_divST_8xb8-8x32x1-15e_kinetics400-rgb_20220815-a4d0d01f.pth'
)
