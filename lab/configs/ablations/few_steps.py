# A schedule that the tower can be tuned in: small batches, few epochs.
_base_ = './full.py'

train_dataloader = dict(batch_size=8)
train_cfg = dict(max_epochs=4, val_interval=4)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, end=20, by_epoch=False),
    dict(type='CosineAnnealingLR', T_max=4, convert_to_iter_based=True),
]
default_hooks = dict(checkpoint=dict(interval=4))
