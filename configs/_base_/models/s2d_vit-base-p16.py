# S2D: a frozen ViT-B/16 with landmark prompts and adapters, 16 frames at 224 pixels.
pretrained = 'weights/s2d_vit.safetensors'
landmarks = 'weights/s2d_landmarks.safetensors'

model = dict(
    type='BagRecognizer',
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        format_shape='NCHW',
    ),
    backbone=dict(
        type='InstanceBackbone',
        backbone=dict(
            type='LandmarkViT',
            tower=dict(type='timm.vit_base_patch16_224'),
            num_frames=16,
            landmarks=dict(type='MobileFaceNetMaps', pretrained=landmarks),
            pretrained=pretrained,
        ),
        input_format='NCHW',
        num_frames=16,
        image_size=224,
        out_channels=768,
        projection=False,
    ),
    cls_head=dict(
        type='LinearBagHead',
        num_classes=7,
        in_channels=768,
        dropout=0.5,
        distill=dict(type='SelfDistillationLoss', num_classes=7, channels=768),
    ),
)
