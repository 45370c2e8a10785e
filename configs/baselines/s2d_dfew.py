# S2D (TAC 2024) on DFEW, whole: a frozen ViT-B/16 of static expressions, landmark
# prompts and an adapter over time before each block, self-distillation from anchors.
# See docs/baselines.md for the counts.
#
# The tower and the landmark network start from the authors' files, once:
#   tgdfer convert Pretrain-AffectNet-7.pth weights/s2d_vit.safetensors \
#       --config configs/baselines/s2d_dfew.py
#   tgdfer convert mobilefacenet_model_best.pth.tar weights/s2d_landmarks.safetensors \
#       --config configs/baselines/s2d_dfew.py
# The authors' four test views are one and the same on clips of 16 square frames.
_base_ = [
    '../_base_/datasets/dfew.py',
    '../_base_/schedules/adamw_100e_s2d.py',
    '../_base_/default_runtime.py',
]
pretrained = 'weights/s2d_vit.safetensors'
landmarks = 'weights/s2d_landmarks.safetensors'

model = dict(
    type='BagRecognizer',
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        format_shape='NCHW',
    ),
    backbone=dict(
        type='InstanceBackbone',
        backbone=dict(
            type='LandmarkViT',
            tower=dict(type='timm.vit_base_patch16_224'),
            num_frames={{_base_.num_frames}},
            landmarks=dict(type='MobileFaceNetMaps', pretrained=landmarks),
            pretrained=pretrained,
        ),
        input_format='NCHW',
        num_frames={{_base_.num_frames}},
        image_size={{_base_.image_size}},
        out_channels=768,
        projection=False,
    ),
    cls_head=dict(
        type='LinearBagHead',
        num_classes=7,
        in_channels=768,
        dropout=0.5,
        distill=dict(type='SelfDistillationLoss', num_classes=7, channels=768),
    ),
)
train_dataloader = dict(batch_size=16)
