# A timm model, frame by frame; pretrained=True in its arguments fetches its weights.
_base_ = [
    '../_base_/models/tgdfer_any-backbone.py',
    '../_base_/datasets/dfew.py',
    '../_base_/schedules/adamw_50e_any-backbone.py',
    '../_base_/default_runtime.py',
]

model = dict(
    backbone=dict(
        backbone=dict(type='timm.convnext_tiny'),
        input_format='NCHW',
        num_frames={{_base_.num_frames}},
        image_size={{_base_.image_size}},
    ),
)
