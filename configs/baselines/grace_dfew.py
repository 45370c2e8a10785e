# GRACE (2025) on DFEW, as far as its abstract describes it: instances weighted by
# motion, and words of descriptions aligned with instances by optimal transport. Tower,
# descriptions and schedule are TG-DFER's [choice]; refined captions are not used.
_base_ = [
    '../_base_/models/tgdfer_clip-vit-base-p16.py',
    '../_base_/datasets/dfew.py',
    '../_base_/schedules/adamw_50e.py',
    '../_base_/default_runtime.py',
]

model = dict(
    type='BagRecognizer',
    text_encoder=dict(type='OpenCLIPWords'),
    neck=None,
    cls_head=dict(
        _delete_=True,
        type='TransportHead',
        num_classes=7,
        in_channels=512,
        temporal=dict(type='transformer'),
        loss_cls=dict(type='MILLoss', label_smooth=0.1),
    ),
)
optim_wrapper = dict(
    paramwise_cfg=dict(
        custom_keys=dict(
            _delete_=True,
            **{
                'backbone': dict(lr_mult=0.1),
                'text_encoder.context': dict(lr_mult=10.0),
            },
        ),
    ),
)
