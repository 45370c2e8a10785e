# DFER-CLIP on FERV39k. As in the authors' code, brightness is not changed. The authors
# also rotate frames by up to four degrees, which is left out here.
_base_ = [
    '../_base_/models/dferclip_clip-vit-base-p32.py',
    '../_base_/datasets/ferv39k.py',
    '../_base_/schedules/sgd_50e_dferclip.py',
    '../_base_/default_runtime.py',
]

model = dict(text_encoder=dict(descriptions='ferv39k'))
__changes = dict(
    RandomResizedCrop=dict(area_range=(0.08, 1.0), aspect_ratio_range=(3 / 4, 4 / 3)),
)
train_pipeline = [
    {**step, **__changes.get(step['type'], {})}
    for step in _base_.train_pipeline
    if step['type'] != 'ColorJitter'
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
