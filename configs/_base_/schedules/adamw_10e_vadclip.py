# VadCLIP's schedule: AdamW, 10 epochs, learning rate x0.1 at 4 and 8 [from VadCLIP].
max_epochs = 10

train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=max_epochs, val_interval=1)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')

optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='AdamW', lr=2e-5, weight_decay=0.01),
)
param_scheduler = [
    dict(type='MultiStepLR', milestones=[4, 8], gamma=0.1, end=max_epochs)
]
auto_scale_lr = dict(enable=False, base_batch_size=128)
