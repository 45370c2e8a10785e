# GRACE's parts: instances weighed by motion, words aligned with them by transport.
_base_ = '../ablations/full.py'

model = dict(
    type='BagRecognizer',
    text_encoder=dict(type='OpenCLIPWords'),
    neck=None,
    cls_head=dict(
        _delete_=True,
        type='TransportHead',
        num_classes={{_base_.model.cls_head.num_classes}},
        in_channels=128,
        temperature=0.05,  # about 1 / scale of the tower's pre-training
        loss_cls=dict(type='MILLoss', label_smooth=0.1),
    ),
)
