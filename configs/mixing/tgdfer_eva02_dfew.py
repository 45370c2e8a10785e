# TG-DFER on EVA02-CLIP's ViT-B/16.
_base_ = '../tgdfer_dfew.py'
arch = 'EVA02-B-16'
pretrained = 'merged2b_s8b_b131k'

model = dict(
    backbone=dict(arch=arch, pretrained=pretrained),
    text_encoder=dict(arch=arch, pretrained=pretrained),
)
optim_wrapper = dict(paramwise_cfg=dict(no_decay=['context', 'pos_embed', 'cls_token']))
