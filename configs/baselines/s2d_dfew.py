# The whole S2D (TAC 2024) on DFEW: a frozen ViT-B/16 for static expressions, landmark
# prompts and a temporal adapter before each block, and self-distillation from anchors.
# See docs/baselines.md for the counts.
#
# The tower and the landmark network start from the authors' files, once:
#   tgdfer convert Pretrain-AffectNet-7.pth weights/s2d_vit.safetensors \
#       --config configs/baselines/s2d_dfew.py
#   tgdfer convert mobilefacenet_model_best.pth.tar weights/s2d_landmarks.safetensors \
#       --config configs/baselines/s2d_dfew.py
# One view is tested; s2d_views_dfew.py has the authors' two by two.
_base_ = [
    '../_base_/models/s2d_vit-base-p16.py',
    '../_base_/datasets/dfew.py',
    '../_base_/schedules/adamw_100e_s2d.py',
    '../_base_/default_runtime.py',
]
train_dataloader = dict(batch_size=16)
