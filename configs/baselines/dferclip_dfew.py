# DFER-CLIP on DFEW, with its published schedule and augmentation.
# 90.0 M trained parameters; see docs/convert.md for the counts.
_base_ = [
    '../_base_/models/dferclip_clip-vit-base-p32.py',
    '../_base_/datasets/dfew.py',
    '../_base_/schedules/sgd_50e_dferclip.py',
    '../_base_/default_runtime.py',
]

__changes = dict(
    RandomResizedCrop=dict(area_range=(0.08, 1.0), aspect_ratio_range=(3 / 4, 4 / 3)),
    ColorJitter=dict(brightness=0.5),
)
train_pipeline = [
    {**step, **__changes.get(step['type'], {})} for step in _base_.train_pipeline
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
