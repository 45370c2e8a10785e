# DFER-CLIP's class token before the frames, one layer over time, contexts that start
# at random; in ratios of the width as published.
_base_ = '../ablations/full.py'

model = dict(
    type='BagRecognizer',
    text_encoder=dict(context_init=None, num_context=8),
    neck=None,
    cls_head=dict(
        _delete_=True,
        type='ClassTokenHead',
        num_classes={{_base_.model.cls_head.num_classes}},
        in_channels=128,
        head_channels=16,
        mlp_channels=256,
        temperature=0.05,  # about 1 / scale of the tower's pre-training
    ),
)
optim_wrapper = dict(paramwise_cfg=dict(no_decay=['context', 'position']))
