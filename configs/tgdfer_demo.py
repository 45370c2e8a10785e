# The main job with nothing to download: synthetic clips, and a small vision-language
# model pre-trained on synthetic faces in CLIP's place. Prints the zero-shot figures,
# trains, then trains `tgdfer_demo_base.py` (the same tower and clips without TG-DFER's
# parts) and prints all three side by side.
_base_ = [
    '_base_/models/tgdfer_clip-vit-base-p16.py',
    '_base_/datasets/synth_dfew.py',
    '_base_/schedules/adamw_50e.py',
    '_base_/default_runtime.py',
]

arch = 'tgdfer_mm://synth_vlm.json'
pretrained = 'tgdfer_mm://synth_vlm.safetensors'
max_epochs = 3
intensities = 'data/synth_dfew/intensities.json'  # only evaluation reads it

model = dict(
    backbone=dict(arch=arch, pretrained=pretrained, norm_eval=True),
    text_encoder=dict(arch=arch, pretrained=pretrained, descriptions='synth'),
    neck=dict(in_channels=128, temperature=0.05),  # about 1 / scale, as 0.01 for CLIP
    cls_head=dict(in_channels=128, scale=18.0),  # final value of the small model
)

# A hundredth of DFEW's steps, so ten times its learning rates, and more for the small
# tower; the scalars keep theirs. The tower is a ResNet: it has no class embedding.
optim_wrapper = dict(
    optimizer=dict(lr=1e-3),
    paramwise_cfg=dict(
        custom_keys={
            'backbone': dict(lr_mult=0.3),
            'neck.log_tau': dict(lr_mult=10.0),
        },
        no_decay=['context', 'positional_embedding'],
    ),
)
train_cfg = dict(max_epochs=max_epochs, val_interval=max_epochs)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, end=20, by_epoch=False),
    dict(type='CosineAnnealingLR', T_max=max_epochs, convert_to_iter_based=True),
]

val_evaluator = [
    dict(type='DFERMetric'),
    dict(type='FrameRelevanceMetric', ann_file=intensities),
    dict(type='FrameRelevanceMetric', ann_file=intensities, source='instance_scores'),
]
test_evaluator = val_evaluator

default_hooks = dict(explain=dict(num=14, when='val'))
custom_hooks = [
    dict(type='EvaluateBeforeTrainHook', name='zero-shot'),
    dict(
        type='CompareRunHook',
        config='tgdfer_demo_base.py',
        name='base',
        own_name='TG-DFER',
    ),
]
