# TG-DFER on SigLIP2's ViT-B/16. The tokenizer comes from the Hugging Face hub;
# a folder with its files works, too.
_base_ = '../tgdfer_dfew.py'
arch = 'ViT-B-16-SigLIP2'
pretrained = 'webli'

model = dict(
    data_preprocessor=dict(mean=[127.5] * 3, std=[127.5] * 3),
    backbone=dict(arch=arch, pretrained=pretrained),
    text_encoder=dict(
        arch=arch, pretrained=pretrained, tokenizer='hf-hub:timm/ViT-B-16-SigLIP2'
    ),
    neck=dict(in_channels=768),
    cls_head=dict(in_channels=768),
)
optim_wrapper = dict(paramwise_cfg=dict(no_decay=['context', 'pos_embed', 'latent']))
