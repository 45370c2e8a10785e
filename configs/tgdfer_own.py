# Your own clips, on a frozen tower whose features are computed once (docs/own.md):
# `tgdfer train tgdfer_own --data data/mine`. Classes, texts and tower follow the data.
# The recipe is that of docs/few_clips.md: there is no validation part, because training
# needs all clips.
_base_ = [
    '_base_/models/tgdfer_clip-vit-base-p16.py',
    '_base_/datasets/own.py',
    '_base_/schedules/adamw_50e.py',
    '_base_/default_runtime.py',
]
arch = 'tgdfer_mm://synth_vlm.json'
max_epochs = 30

# The small tower with learned class vectors; `recipe.tower` replaces it.
model = dict(
    backbone=dict(
        arch=arch,
        pretrained='tgdfer_mm://synth_vlm.safetensors',
        frozen_stages='all',
    ),
    text_encoder=dict(
        _delete_=True, type='LearnedClassVectors', classes='dfew', out_channels=128
    ),
    neck=dict(in_channels=128, temperature=0.05),
    cls_head=dict(in_channels=128, scale=18.0),
)
recipe = dict(tower='auto', selection='last', cache_features='work_dirs/features')
optim_wrapper = dict(
    optimizer=dict(lr=1e-3),
    paramwise_cfg=dict(
        custom_keys={
            'backbone': dict(optional=True),  # it is frozen
            'text_encoder.context': dict(optional=True),
            'text_encoder.vectors': dict(lr_mult=10.0),
            'neck.log_tau': dict(lr_mult=10.0),
            'cls_head.temporal.mix_logit': dict(optional=True),
        },
        no_decay=['vectors'],
    ),
)
train_cfg = dict(max_epochs=max_epochs, val_interval=max_epochs)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, end=20, by_epoch=False),
    dict(type='CosineAnnealingLR', T_max=max_epochs, convert_to_iter_based=True),
]
default_hooks = dict(
    logger=dict(interval=5),
    # For `--selection val`: people are kept apart.
    selection=dict(metric='dfer/WAR', val_part=0.2, ties='last'),
)
