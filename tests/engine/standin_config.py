custom_imports = dict(imports=['tgdfer_mm', 'standin'], allow_failed_imports=False)
default_scope = 'mmaction'
fold = int(__import__('tgdfer_mm').setting('FOLD', '1'))

model = dict(type='StandInModel')
train_dataloader = dict(
    batch_size=2,
    num_workers=2,
    persistent_workers=False,
    worker_init_fn=dict(type='seed_worker_from_torch'),
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(type='StandInDataset', fold=fold, augment=True),
)
val_dataloader = dict(
    batch_size=2,
    num_workers=0,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(type='StandInDataset', fold=fold, size=9, subset='test'),
)
test_dataloader = val_dataloader
val_evaluator = dict(type='StandInMetric')
test_evaluator = val_evaluator

train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=4)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
optim_wrapper = dict(
    type='OptimWrapper',
    constructor='TextGuidedOptimWrapperConstructor',
    optimizer=dict(type='AdamW', lr=0.05, weight_decay=0.1),
    paramwise_cfg=dict(custom_keys=dict(fc=dict(lr_mult=0.5))),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, end=1, convert_to_iter_based=True),
    dict(type='CosineAnnealingLR', begin=1, T_max=3, end=4),
]
default_hooks = dict(
    checkpoint=dict(type='ExactCheckpointHook', interval=1, max_keep_ckpts=2),
    logger=dict(type='LoggerHook', interval=2),
    sync_buffers=dict(type='SyncBuffersHook'),
)
custom_hooks = [
    dict(type='CheckpointContractHook'),
    dict(type='EMAHook', ema_type='ExponentialMovingAverage', momentum=0.3),
    dict(type='EvaluateBeforeTrainHook'),
    dict(type='DieHook'),
]
env_cfg = dict(dist_cfg=dict(backend='nccl'))
auto_scale_lr = dict(enable=False, base_batch_size=2)
log_level = 'WARNING'
runner_type = 'DFERRunner'
recipe = dict(precision='auto')
