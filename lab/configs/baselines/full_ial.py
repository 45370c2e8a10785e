# TG-DFER with IAL's term in its loss.
_base_ = '../ablations/full.py'

model = dict(cls_head=dict(loss_cls=dict(type='IntensityAwareLoss')))
