# Former-DFER (ACM MM 2021): ResNet-18 with attention over its map, and a temporal
# transformer with a class token. Frames are only scaled to 0..1. Leaves set the number
# of frames and their size.
model = dict(
    type='BagRecognizer',
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=[0.0, 0.0, 0.0],
        std=[255.0, 255.0, 255.0],
        format_shape='NCHW',
    ),
    backbone=dict(
        type='InstanceBackbone',
        backbone=dict(type='FormerResNet'),
        input_format='NCHW',
        out_channels=512,
        projection=False,
    ),
    cls_head=dict(
        type='TokenClassifierHead',
        num_classes=7,
        in_channels=512,
        num_layers=3,
        heads=8,
        head_channels=64,
        mlp_channels=1024,
        loss_cls=dict(type='MILLoss'),
    ),
)
