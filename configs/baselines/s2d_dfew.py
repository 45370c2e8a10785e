# S2D (TAC 2024) on DFEW without its landmark prompts: a frozen ViT-B/16 of static
# expressions, an adapter over time before each block, self-distillation from anchors.
# See docs/baselines.md for the counts.
#
# The tower starts from the authors' ViT, once:
#   python tools/convert_checkpoint.py S2D.pth weights/s2d_vit.safetensors \
#       --config configs/baselines/s2d_dfew.py
# The authors test two views in time of two in space; here it is one.
_base_ = [
    '../_base_/datasets/dfew.py',
    '../_base_/schedules/adamw_100e_s2d.py',
    '../_base_/default_runtime.py',
]
pretrained = 'weights/s2d_vit.safetensors'

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
            type='ViTTemporalAdapter',
            tower=dict(type='timm.vit_base_patch16_224'),
            num_frames={{_base_.num_frames}},
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
