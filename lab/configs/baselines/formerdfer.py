# Former-DFER's temporal transformer: a class token, three layers, a linear classifier;
# in ratios of the width as published.
_base_ = '../ablations/full.py'

model = dict(
    type='BagRecognizer',
    text_encoder=None,
    neck=None,
    cls_head=dict(
        _delete_=True,
        type='TokenClassifierHead',
        num_classes={{_base_.model.cls_head.num_classes}},
        in_channels=128,
        num_layers=3,
        heads=8,
        head_channels=16,
        mlp_channels=256,
    ),
)
optim_wrapper = dict(paramwise_cfg=dict(_delete_=True, no_decay=['token', 'position']))
