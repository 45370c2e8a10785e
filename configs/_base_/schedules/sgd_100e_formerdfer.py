# Former-DFER's schedule: SGD, 100 epochs, learning rate x0.1 at 40 and 80 [from
# Former-DFER].
max_epochs = 100

train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=max_epochs, val_interval=1)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')

optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='SGD', lr=1e-2, momentum=0.9, weight_decay=1e-4),
)
param_scheduler = [
    dict(type='MultiStepLR', milestones=[40, 80], gamma=0.1, end=max_epochs)
]
auto_scale_lr = dict(enable=False, base_batch_size=32)
