# VideoMAE ViT-B on four clips of four frames, with one vector for each clip.
_base_ = [
    '../_base_/models/tgdfer_any-backbone.py',
    '../_base_/datasets/dfew.py',
    '../_base_/schedules/adamw_50e_any-backbone.py',
    '../_base_/default_runtime.py',
]

model = dict(
    backbone=dict(
        backbone=dict(
            type='VisionTransformer', img_size={{_base_.image_size}}, num_frames=4
        ),
        clip_len=4,
        num_frames={{_base_.num_frames}},
        image_size={{_base_.image_size}},
    ),
    frames_per_instance=4,
)

# Kinetics-400, for model.backbone.pretrained; off by default.
weights = (
    'https://download.openmmlab.com/mmaction/v1.0/recognition/videomae/'
    'vit-base-p16_videomae-k400-pre_16x4x1_kinetics-400_20221013-860a3cd3.pth'
)
