# Runtime settings that every config shares. Nothing is inherited from mmaction2's own
# configs, because finding them fails with current setuptools.
custom_imports = dict(imports=['tgdfer_mm'], allow_failed_imports=False)
default_scope = 'mmaction'

default_hooks = dict(
    runtime_info=dict(type='RuntimeInfoHook'),
    timer=dict(type='IterTimerHook'),
    logger=dict(type='LoggerHook', interval=20, ignore_last=False),
    param_scheduler=dict(type='ParamSchedulerHook'),
    # No `save_best`: these benchmarks have no validation split, so it would select on
    # the test split. `selection` sets the epoch that is the result.
    checkpoint=dict(type='ExactCheckpointHook', interval=1, max_keep_ckpts=3),
    sampler_seed=dict(type='DistSamplerSeedHook'),
    sync_buffers=dict(type='SyncBuffersHook'),
    # Not in `custom_hooks`: a config with its own list would remove them.
    recipe=dict(type='RecipeHook'),
    contract=dict(type='CheckpointContractHook'),
    explain=dict(type='ExplainHook', num=8),
    confusion=dict(type='ConfusionMatrixHook'),
    # Does nothing until `visualizer` has a logger, see docs/loggers.md.
    log_pictures=dict(type='LogPicturesHook', num=4),
    selection=dict(type='SelectionHook', metric='dfer/WAR', val_part=0.1),
)
# Changes of a config before it runs, see tgdfer_mm/recipe/recipe.py. The runner applies
# them; each field is also an option of `tgdfer train` or `tgdfer test`.
runner_type = 'DFERRunner'
recipe = dict(
    precision='auto',  # bf16 autocast if the device supports it
    # The last epoch; 'val' takes the best one on a part of the training fold, 'test'
    # the best one on the test clips.
    selection='last',
)

env_cfg = dict(
    cudnn_benchmark=False,
    mp_cfg=dict(mp_start_method='fork', opencv_num_threads=0),
    dist_cfg=dict(backend='nccl'),  # gloo without CUDA
)
log_processor = dict(type='LogProcessor', window_size=20, by_epoch=True)
visualizer = dict(type='ActionVisualizer', vis_backends=[dict(type='LocalVisBackend')])
randomness = dict(seed=0)
log_level = 'INFO'
load_from = None
resume = False
