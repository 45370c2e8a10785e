# AdamW, 5 epochs of warm-up, cosine to 50. The base learning rate is that of the new
# modules; the tower has a tenth of it, the contexts 10 times, the scalars 100 times.
max_epochs = 50
warmup_epochs = 5

train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=max_epochs, val_interval=1)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')

optim_wrapper = dict(
    type='OptimWrapper',
    constructor='TextGuidedOptimWrapperConstructor',
    optimizer=dict(
        type='AdamW',
        lr=1e-4,
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=0.05,
        amsgrad=False,
        fused=True,
    ),
    accumulative_counts=1,
    paramwise_cfg=dict(
        custom_keys={
            'backbone': dict(lr_mult=0.1),
            'text_encoder.context': dict(lr_mult=10.0),
            'neck.gamma': dict(lr_mult=100.0, optional=True),
            'neck.log_tau': dict(lr_mult=100.0, optional=True),
            'cls_head.temporal.window_logits': dict(lr_mult=100.0, optional=True),
            'cls_head.temporal.mix_logit': dict(lr_mult=100.0, optional=True),
        },
        no_decay=['context', 'class_embedding', 'positional_embedding'],
    ),
)
param_scheduler = [
    dict(
        type='LinearLR',
        start_factor=0.01,
        end_factor=1.0,
        begin=0,
        end=warmup_epochs,
        convert_to_iter_based=True,
    ),
    dict(
        type='CosineAnnealingLR',
        begin=warmup_epochs,
        T_max=max_epochs - warmup_epochs,
        end=max_epochs,
        eta_min_ratio=0.01,
        convert_to_iter_based=True,
    ),
]
auto_scale_lr = dict(enable=False, base_batch_size=48)
