# VadCLIP's two branches on its adapter; no class of the level dynamics is at rest.
_base_ = '../ablations/full.py'

model = dict(
    type='BagRecognizer',
    text_encoder=dict(context_init=None, num_context=8),
    neck=None,
    cls_head=dict(
        _delete_=True,
        type='VadCLIPHead',
        num_classes={{_base_.model.cls_head.num_classes}},
        in_channels=128,
        rest_class=None if _base_.dynamics else 2,
    ),
)
optim_wrapper = dict(paramwise_cfg=dict(no_decay=['context', 'code']))
