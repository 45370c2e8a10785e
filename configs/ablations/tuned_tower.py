# The tower is tuned: few steps and small batches, as in the demo.
_base_ = './full.py'

model = dict(backbone=dict(frozen_stages=-1))
train_dataloader = dict(batch_size=8)
train_cfg = dict(max_epochs=2, val_interval=2)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, end=20, by_epoch=False),
    dict(type='CosineAnnealingLR', T_max=2, convert_to_iter_based=True),
]
default_hooks = dict(checkpoint=dict(interval=2))
