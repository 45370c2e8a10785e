# DFER-CLIP's schedule: SGD, 50 epochs, learning rate x0.1 at 30 and 40 [from
# DFER-CLIP].
max_epochs = 50

train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=max_epochs, val_interval=1)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')

optim_wrapper = dict(
    type='OptimWrapper',
    constructor='TextGuidedOptimWrapperConstructor',
    optimizer=dict(type='SGD', lr=1e-2, momentum=0.9, weight_decay=1e-4),
    paramwise_cfg=dict(
        custom_keys={
            'backbone': dict(lr_mult=1e-3),
            'text_encoder.context': dict(lr_mult=0.1),
        },
        no_decay=['context', 'class_embedding', 'positional_embedding'],
    ),
)
param_scheduler = [
    dict(type='MultiStepLR', milestones=[30, 40], gamma=0.1, end=max_epochs)
]
auto_scale_lr = dict(enable=False, base_batch_size=48)
