# A linear classifier on the mean of the frames, as in mmaction2's TSN.
_base_ = '../ablations/full.py'

model = dict(
    type='BagRecognizer',
    text_encoder=None,
    neck=None,
    cls_head=dict(
        _delete_=True,
        type='LinearBagHead',
        num_classes={{_base_.model.cls_head.num_classes}},
        in_channels=128,
        loss_cls=dict(type='MILLoss', label_smooth=0.1),
    ),
)
optim_wrapper = dict(paramwise_cfg=dict(_delete_=True))
