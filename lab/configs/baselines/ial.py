# As Former-DFER's, with the intensity-aware loss. IAL's gate lives inside a ResNet and
# has no place behind a frozen tower.
_base_ = './formerdfer.py'

model = dict(cls_head=dict(loss_cls=dict(type='IntensityAwareLoss')))
