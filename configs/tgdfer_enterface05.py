_base_ = [
    '_base_/models/tgdfer_clip-vit-base-p16.py',
    '_base_/datasets/enterface05.py',
    '_base_/schedules/adamw_50e.py',
    '_base_/default_runtime.py',
]

model = dict(
    text_encoder=dict(descriptions='enterface05'),
    cls_head=dict(num_classes=6),
)
