# TG-DFER that hears its clips: drawn people who speak. sound='other' in the data sets
# gives the voice of something else.
_base_ = '../ablations/full.py'

sound = dict(type='AttachSound')
train_pipeline = [*_base_.train_pipeline[:2], sound, *_base_.train_pipeline[2:]]
test_pipeline = [*_base_.test_pipeline[:2], sound, *_base_.test_pipeline[2:]]
model = dict(
    type='SoundRecognizer',
    neck=dict(
        _delete_=True,
        type='SoundFusionNeck',
        in_channels=128,
        sound_channels=800,
        neck={{_base_.model.neck}},
    ),
)
optim_wrapper = dict(paramwise_cfg=dict(custom_keys={'neck.gate': dict(lr_mult=100.0)}))
train_dataloader = dict(dataset=dict(sound='true', pipeline=train_pipeline))
test_dataloader = dict(dataset=dict(sound='true', pipeline=test_pipeline))
val_dataloader = test_dataloader
