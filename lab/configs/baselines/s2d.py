# S2D's temporal adapter and self-distillation. The frozen tower is no ViT, and its
# features are cached, so there is one adapter behind it instead of one in each block.
_base_ = '../ablations/full.py'

classes = {{_base_.model.cls_head.num_classes}}
model = dict(
    type='BagRecognizer',
    text_encoder=None,
    neck=None,
    cls_head=dict(
        _delete_=True,
        type='LinearBagHead',
        num_classes=classes,
        in_channels=128,
        temporal=dict(type='tma'),
        dropout=0.5,
        distill=dict(type='SelfDistillationLoss', num_classes=classes, channels=128),
    ),
)
optim_wrapper = dict(paramwise_cfg=dict(_delete_=True, no_decay=['code']))
