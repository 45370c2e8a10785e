# UniFormerV2-B on four clips of four frames, with one vector for each clip.
_base_ = [
    '../_base_/models/tgdfer_any-backbone.py',
    '../_base_/datasets/dfew.py',
    '../_base_/schedules/adamw_50e_any-backbone.py',
    '../_base_/default_runtime.py',
]

model = dict(
    data_preprocessor=dict(mean=[114.75] * 3, std=[57.375] * 3),
    backbone=dict(
        backbone=dict(
            type='UniFormerV2',
            input_resolution={{_base_.image_size}},
            t_size=4,
            double_lmhra=True,
            clip_pretrained=False,
        ),
        clip_len=4,
        num_frames={{_base_.num_frames}},
        image_size={{_base_.image_size}},
    ),
    frames_per_instance=4,
)

# Kinetics-400, for model.backbone.pretrained; off by default.
weights = (
    'https://download.openmmlab.com/mmaction/v1.0/recognition/uniformerv2/'
    'uniformerv2-base-p16-res224_clip_8xb32-u8_kinetics400-rgb/'
    'uniformerv2-base-p16-res224_clip_8xb32-u8_kinetics400-rgb_20230313-e29fc968.pth'
)
