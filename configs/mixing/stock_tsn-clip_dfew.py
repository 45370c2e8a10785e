# mmaction2's TSN on CLIP's image tower, with the bag loss.
_base_ = [
    '../_base_/datasets/dfew.py',
    '../_base_/schedules/adamw_50e_stock.py',
    '../_base_/default_runtime.py',
]

model = dict(
    type='Recognizer2D',
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=[122.771, 116.746, 104.094],
        std=[68.500, 66.632, 70.323],
        format_shape='NCHW',
    ),
    backbone=dict(
        type='OpenCLIPVisual', arch='ViT-B-16-quickgelu', pretrained='openai'
    ),
    cls_head=dict(
        type='TSNHead',
        num_classes=7,
        in_channels=512,
        spatial_type=None,  # the tower gives one vector a frame
        loss_cls=dict(type='MILLoss', label_smooth=0.1),
        average_clips='prob',
    ),
)
optim_wrapper = dict(
    paramwise_cfg=dict(custom_keys={'backbone': dict(lr_mult=0.1)}),
)
