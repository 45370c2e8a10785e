# TG-DFER on CLIP ViT-B/16. Every setting that is not None is stated. Leaves set the
# classes. docs/method.md describes each setting. A leaf that names a part of another
# type needs `_delete_=True`.
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
    backbone=dict(
        type='OpenCLIPVisual',
        arch=arch,
        pretrained=pretrained,
        frozen_stages=-1,
        norm_eval=False,
        patch_dropout=0.0,
        with_cp=False,
    ),
    text_encoder=dict(
        type='OpenCLIPText',
        arch=arch,
        pretrained=pretrained,
        descriptions='dfew',
        context_init='a photo of a person whose face shows',
        learnable=True,
    ),
    neck=dict(type='RestingFaceNeck', in_channels=512, temperature=0.01, spread=True),
    cls_head=dict(
        type='MultiGrainedTemporalHead',
        num_classes=7,
        in_channels=512,
        temporal=dict(type='multi_grained', dilations=(1, 2, 4), max_instances=16),
        pooling='topk',
        rho=0.25,
        video_pooling='relevance',
        loss_cls=dict(
            type='MILLoss', label_smooth=0.1, multi_label=False, loss_weight=1.0
        ),
        video_weight=1.0,
        text_weight=0.01,
        # None: 100, or 10 for multi-hot labels, or that of towers trained with a bias.
        scale=None,
    ),
    frames_per_instance=1,
)
