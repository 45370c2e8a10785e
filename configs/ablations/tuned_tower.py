# The tower is tuned.
_base_ = './full.py'

model = dict(backbone=dict(frozen_stages=-1))
train_cfg = dict(max_epochs=6, val_interval=6)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, end=20, by_epoch=False),
    dict(type='CosineAnnealingLR', T_max=6, convert_to_iter_based=True),
]
default_hooks = dict(checkpoint=dict(interval=6))
