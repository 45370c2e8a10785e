# TG-DFER on DFEW that also reads the measured movements of each clip in words [from
# DEVA]. data/DFEW/movements.csv has their values (docs/movements.md).
_base_ = '../../../configs/tgdfer_dfew.py'

movements = dict(type='AttachMovements', path=_base_.data_root + '/movements.csv')
train_pipeline = [
    *_base_.train_pipeline[:2],
    movements,
    *_base_.train_pipeline[2:],
]
test_pipeline = [
    *_base_.test_pipeline[:2],
    movements,
    *_base_.test_pipeline[2:],
]
model = dict(
    type='DescribedRecognizer',
    text_encoder=dict(type='OpenCLIPDescriptions'),
    neck=dict(
        _delete_=True,
        type='DescriptionFusionNeck',
        in_channels=512,
        text_channels=512,
        neck={{_base_.model.neck}},
    ),
)
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
val_dataloader = test_dataloader
