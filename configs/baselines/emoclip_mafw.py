# EmoCLIP (FG 2024) on MAFW: a frozen CLIP ViT-B/32, four temporal layers with a class
# token, captions of MAFW in training, and descriptions of the classes in testing.
# Frames, descriptions and schedule are TG-DFER's [choice].
_base_ = [
    '../_base_/models/dferclip_clip-vit-base-p32.py',
    '../_base_/datasets/mafw.py',
    '../_base_/schedules/adamw_50e.py',
    '../_base_/default_runtime.py',
]

model = dict(
    type='CaptionRecognizer',
    data_preprocessor=dict(
        mean=[122.771, 116.746, 104.094], std=[68.500, 66.632, 70.323]
    ),
    backbone=dict(frozen_stages='all'),
    text_encoder=dict(
        _delete_=True,
        type='OpenCLIPCaptions',
        arch={{_base_.arch}},
        pretrained={{_base_.pretrained}},
        descriptions='mafw',
        truncate=True,
    ),
    cls_head=dict(type='CaptionHead', num_classes=11, num_layers=4),
    caption_missing='class',  # the authors have no captions of neutral clips
)
train_dataloader = dict(dataset=dict(captions=True))
optim_wrapper = dict(paramwise_cfg=dict(_delete_=True, no_decay=['token', 'position']))
