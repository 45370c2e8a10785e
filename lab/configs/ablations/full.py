# The whole of TG-DFER on SynthDFER, tower frozen. Every other file here differs from
# its neighbour by one switch. TGDFER_LEVEL=easy|hard|very_hard|dynamics chooses the
# clips.
_base_ = [
    '../../../configs/_base_/models/tgdfer_clip-vit-base-p16.py',
    '../../../configs/_base_/datasets/synthdfer.py',
    '../../../configs/_base_/schedules/adamw_50e.py',
    '../../../configs/_base_/default_runtime.py',
]

dynamics = _base_.level == 'dynamics'
vlm = __import__('tgdfer_mm').setting('VLM', 'tgdfer_mm://synth_vlm.safetensors')
arch = 'tgdfer_mm://synth_vlm.json'
max_epochs = 20

model = dict(
    backbone=dict(arch=arch, pretrained=vlm, norm_eval=True, frozen_stages='all'),
    text_encoder=dict(
        arch=arch,
        pretrained=vlm,
        descriptions='synth_dynamics' if dynamics else 'synth',
    ),
    neck=dict(in_channels=128, temperature=0.05),  # about 1 / scale, as 0.01 for CLIP
    cls_head=dict(
        num_classes=6 if dynamics else 7, in_channels=128, scale=18.0
    ),  # the value at the end of the small model's pre-training
)
optim_wrapper = dict(
    optimizer=dict(lr=1e-3),
    paramwise_cfg=dict(
        custom_keys={
            'backbone': dict(lr_mult=0.3, optional=True),
            'text_encoder.context': dict(lr_mult=10.0, optional=True),
            'neck.gamma': dict(lr_mult=10.0, optional=True),
            'neck.log_tau': dict(lr_mult=10.0, optional=True),
            'cls_head.temporal.window_logits': dict(lr_mult=10.0, optional=True),
            'cls_head.temporal.mix_logit': dict(lr_mult=10.0, optional=True),
        },
        no_decay=['context', 'positional_embedding'],
    ),
)
train_cfg = dict(max_epochs=max_epochs, val_interval=max_epochs)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, end=20, by_epoch=False),
    dict(type='CosineAnnealingLR', T_max=max_epochs, convert_to_iter_based=True),
]
default_hooks = dict(
    explain=dict(num=0),
    checkpoint=dict(interval=max_epochs),
)
