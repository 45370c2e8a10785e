# TG-DFER on CLIP ViT-B/16. Leaves set the classes.
arch = 'ViT-B-16-quickgelu'
pretrained = 'openai'

model = dict(
    type='TextGuidedRecognizer',
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=[122.771, 116.746, 104.094],
        std=[68.500, 66.632, 70.323],
        format_shape='NCHW',
    ),
    backbone=dict(type='OpenCLIPVisual', arch=arch, pretrained=pretrained),
    text_encoder=dict(
        type='OpenCLIPText', arch=arch, pretrained=pretrained, descriptions='dfew'
    ),
    neck=dict(type='RestingFaceNeck', in_channels=512),
    cls_head=dict(
        type='MultiGrainedTemporalHead',
        num_classes=7,
        in_channels=512,
        temporal=dict(type='multi_grained'),
        pooling='topk',
        rho=0.25,
        loss_cls=dict(type='MILLoss', label_smooth=0.1),
        video_weight=1.0,
        text_weight=0.01,
    ),
    frames_per_instance=1,
)
