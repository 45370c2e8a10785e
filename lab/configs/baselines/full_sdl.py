# TG-DFER with S2D's self-distillation in addition to its losses.
_base_ = '../ablations/full.py'

model = dict(
    cls_head=dict(
        distill=dict(
            type='SelfDistillationLoss',
            num_classes={{_base_.model.cls_head.num_classes}},
            channels=128,
        )
    )
)
