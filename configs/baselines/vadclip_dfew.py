# VadCLIP's head (AAAI 2024) on DFEW: frozen CLIP ViT-B/16, a temporal adapter, a branch
# for rest or expression, and one that aligns frames and texts. Neutral takes the place
# of the normal class. Recipe as on UCF-Crime; see docs/baselines.md for the counts.
_base_ = [
    '../_base_/models/tgdfer_clip-vit-base-p16.py',
    '../_base_/datasets/dfew.py',
    '../_base_/schedules/adamw_10e_vadclip.py',
    '../_base_/default_runtime.py',
]

model = dict(
    type='BagRecognizer',
    backbone=dict(frozen_stages='all'),
    text_encoder=dict(context_init=None, num_context=20),
    neck=None,
    cls_head=dict(
        _delete_=True,
        type='VadCLIPHead',
        num_classes=7,
        in_channels=512,
        rest_class=2,  # neutral
        temporal=dict(type='lgt', windows=(8,), heads=1),
    ),
    frames_per_instance=None,
)
train_dataloader = dict(batch_size=128)
