# M3DFEL's schedule: AdamW, 20 epochs of warm-up, cosine to 300, weight decay on all
# parameters [from M3DFEL]. The cosine starts after the warm-up, not at its start
# [choice].
max_epochs = 300
warmup_epochs = 20

train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=max_epochs, val_interval=1)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')

optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='AdamW', lr=5e-4, weight_decay=0.05),
)
param_scheduler = [
    dict(
        type='LinearLR',
        start_factor=1e-3,
        end=warmup_epochs,
        convert_to_iter_based=True,
    ),
    dict(
        type='CosineAnnealingLR',
        begin=warmup_epochs,
        T_max=max_epochs - warmup_epochs,
        end=max_epochs,
        eta_min=5e-6,
        convert_to_iter_based=True,
    ),
]
auto_scale_lr = dict(enable=False, base_batch_size=256)
