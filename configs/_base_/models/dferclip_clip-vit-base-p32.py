# DFER-CLIP (BMVC 2023): CLIP ViT-B/32 with a tuned image tower, one temporal layer with
# a class token, and eight learned contexts before the description of each class. Frames
# are only scaled to 0..1, as in the authors' code. Leaves set the classes. The
# descriptions are ours; convert_checkpoint.py takes over those of a released
# checkpoint.
arch = 'ViT-B-32-quickgelu'
pretrained = 'openai'

model = dict(
    type='BagRecognizer',
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=[0.0, 0.0, 0.0],
        std=[255.0, 255.0, 255.0],
        format_shape='NCHW',
    ),
    backbone=dict(type='OpenCLIPVisual', arch=arch, pretrained=pretrained),
    text_encoder=dict(
        type='OpenCLIPText',
        arch=arch,
        pretrained=pretrained,
        descriptions='dfew',
        context_init=None,
        num_context=8,
    ),
    cls_head=dict(
        type='ClassTokenHead',
        num_classes=7,
        in_channels=512,
        num_frames=16,
        num_layers=1,
        heads=8,
        head_channels=64,
        mlp_channels=1024,
        temperature=0.01,
        loss_cls=dict(type='MILLoss'),
    ),
)
