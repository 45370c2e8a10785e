# Former-DFER on DFEW, trained from scratch with its published schedule.
# 18.0 M parameters; see docs/baselines.md for the counts.
_base_ = [
    '../_base_/models/formerdfer_r18.py',
    '../_base_/datasets/dfew_16x112.py',
    '../_base_/schedules/sgd_100e_formerdfer.py',
    '../_base_/default_runtime.py',
]

model = dict(
    backbone=dict(
        backbone=dict(image_size={{_base_.image_size}}),
        num_frames={{_base_.num_frames}},
        image_size={{_base_.image_size}},
    ),
)
__changes = dict(
    RandomResizedCrop=dict(area_range=(0.08, 1.0), aspect_ratio_range=(3 / 4, 4 / 3)),
)
train_pipeline = [
    {**step, **__changes.get(step['type'], {})}
    for step in _base_.train_pipeline
    if step['type'] != 'ColorJitter'
]
train_dataloader = dict(batch_size=32, dataset=dict(pipeline=train_pipeline))
