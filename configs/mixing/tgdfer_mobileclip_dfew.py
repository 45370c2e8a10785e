# TG-DFER on MobileCLIP-S2, a tower of convolutions for pictures of 256 pixels. It takes
# pixels from 0 to 1.
_base_ = [
    '../_base_/models/tgdfer_clip-vit-base-p16.py',
    '../_base_/datasets/dfew_16x256.py',
    '../_base_/schedules/adamw_50e.py',
    '../_base_/default_runtime.py',
]
arch = 'MobileCLIP-S2'
pretrained = 'datacompdr'

model = dict(
    data_preprocessor=dict(mean=[0.0] * 3, std=[255.0] * 3),
    backbone=dict(arch=arch, pretrained=pretrained),
    text_encoder=dict(arch=arch, pretrained=pretrained),
)
optim_wrapper = dict(paramwise_cfg=dict(no_decay=['context', 'gamma']))
