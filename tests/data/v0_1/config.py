# A config as a user of version 0.1 wrote one, on a tiny model and tiny clips.
custom_imports = dict(imports=['tgdfer_mm'], allow_failed_imports=False)
default_scope = 'mmaction'
fold = int('{{$FOLD:1}}')
words = dict(
    happy=['a happy face', 'smiling'],
    sad=['a sad face', 'crying'],
    neutral=['a neutral face', 'at rest'],
    angry=['an angry face', 'frowning'],
    surprise=['a surprised face', 'staring'],
    disgust=['a disgusted face', 'sneering'],
    fear=['a fearful face', 'shrinking'],
)
tower = dict(
    arch=dict(
        embed_dim=16,
        quick_gelu=True,
        vision_cfg=dict(image_size=16, patch_size=8, layers=1, width=16, head_width=8),
        text_cfg=dict(context_length=77, vocab_size=49408, width=16, heads=2, layers=1),
    ),
    pretrained='vlm.safetensors',
)

model = dict(
    type='TextGuidedRecognizer',
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=[127.0, 127.0, 127.0],
        std=[64.0, 64.0, 64.0],
        format_shape='NCHW',
    ),
    backbone=dict(type='OpenCLIPVisual', frozen_stages='all', **tower),
    text_encoder=dict(type='OpenCLIPText', descriptions=words, **tower),
    neck=dict(type='VisualPromptNeck', in_channels=16),
    cls_head=dict(
        type='MultiGrainedTemporalHead',
        num_classes=7,
        in_channels=16,
        scale=20.0,
        temporal=dict(type='lgt', windows=(2, 4)),
        pooling='topk',
        loss_cls=dict(type='MILLoss', label_smooth=0.1),
    ),
)

train_pipeline = [
    dict(type='ListFrames'),
    dict(type='SampleSegments', num_frames=4),
    dict(type='DecodeFrames'),
    dict(type='Flip', flip_ratio=0.5),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackDFERInputs'),
]
test_pipeline = [
    dict(type='ListFrames'),
    dict(type='SampleSegments', num_frames=4, test_mode=True),
    dict(type='DecodeFrames'),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackDFERInputs'),
]
dataset = dict(
    type='DFEWDataset',
    data_root='{{$DFEW_ROOT:DFEW}}',
    media_dir='frames.pack',
    pixel_version='clip_224x224',
    fold=fold,
)
train_dataloader = dict(
    batch_size=3,
    num_workers=0,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(subset='train', pipeline=train_pipeline, **dataset),
)
val_dataloader = dict(
    batch_size=4,
    num_workers=0,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(subset='test', pipeline=test_pipeline, **dataset),
)
test_dataloader = val_dataloader
val_evaluator = dict(type='DFERMetric')
test_evaluator = val_evaluator
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=8, val_interval=1)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')

# The large eps keeps AdamW from making steps of gradients that are zero but for
# rounding, which every CPU rounds in its own way.
optim_wrapper = dict(
    type='OptimWrapper',
    constructor='TextGuidedOptimWrapperConstructor',
    optimizer=dict(type='AdamW', lr=0.03, weight_decay=0.05, eps=1e-3),
    paramwise_cfg=dict(
        custom_keys={'text_encoder.context': dict(lr_mult=2.0)},
        no_decay=['context', 'positional_embedding'],
    ),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, end=2, by_epoch=False),
    dict(type='CosineAnnealingLR', T_max=16, convert_to_iter_based=True),
]

default_hooks = dict(
    runtime_info=dict(type='RuntimeInfoHook'),
    timer=dict(type='IterTimerHook'),
    logger=dict(type='LoggerHook', interval=1),
    param_scheduler=dict(type='ParamSchedulerHook'),
    checkpoint=dict(type='ExactCheckpointHook', interval=1, max_keep_ckpts=2),
    sampler_seed=dict(type='DistSamplerSeedHook'),
    contract=dict(type='CheckpointContractHook'),
    selection=dict(type='SelectionHook', metric='dfer/WAR', val_part=0.5),
)
log_level = 'WARNING'
randomness = dict(seed=0)
precision = 'auto'
selection = 'val'
