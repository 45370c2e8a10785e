# DFER-CLIP on MAFW's eleven single emotions. As in the authors' code, brightness is not
# changed.
_base_ = [
    '../_base_/models/dferclip_clip-vit-base-p32.py',
    '../_base_/datasets/mafw.py',
    '../_base_/schedules/sgd_50e_dferclip.py',
    '../_base_/default_runtime.py',
]

model = dict(text_encoder=dict(descriptions='mafw'), cls_head=dict(num_classes=11))
__changes = dict(
    RandomResizedCrop=dict(area_range=(0.08, 1.0), aspect_ratio_range=(3 / 4, 4 / 3)),
)
train_pipeline = [
    {**step, **__changes.get(step['type'], {})}
    for step in _base_.train_pipeline
    if step['type'] != 'ColorJitter'
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
