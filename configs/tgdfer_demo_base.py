# The demo without TG-DFER's parts: the same tower, clips and schedule, mean pooling
# and a linear classifier, in mmaction2's stock recognizer.
_base_ = [
    '_base_/datasets/synth_dfew.py',
    '_base_/schedules/adamw_50e.py',
    '_base_/default_runtime.py',
]

max_epochs = 3

model = dict(
    type='Recognizer2D',
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=[122.771, 116.746, 104.094],
        std=[68.500, 66.632, 70.323],
        format_shape='NCHW',
    ),
    backbone=dict(
        type='OpenCLIPVisual',
        arch='tgdfer_mm://synth_vlm.json',
        pretrained='tgdfer_mm://synth_vlm.safetensors',
        norm_eval=True,
    ),
    cls_head=dict(
        type='TSNHead',
        num_classes=7,
        in_channels=128,
        spatial_type=None,
        consensus=dict(type='AvgConsensus', dim=1),
        dropout_ratio=0.0,
        average_clips='prob',
    ),
)

optim_wrapper = dict(
    optimizer=dict(lr=1e-3),
    paramwise_cfg=dict(
        _delete_=True,
        custom_keys={'backbone': dict(lr_mult=0.3)},
        no_decay=['positional_embedding'],
    ),
)
train_cfg = dict(max_epochs=max_epochs, val_interval=max_epochs)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, end=20, by_epoch=False),
    dict(type='CosineAnnealingLR', T_max=max_epochs, convert_to_iter_based=True),
]
# Its frames have no relevance to draw. mmengine accepts None for its own hooks only.
default_hooks = dict(explain=dict(num=0))
