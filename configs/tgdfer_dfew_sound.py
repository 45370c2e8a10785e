# TG-DFER on DFEW with the sound of the clips (docs/baselines.md, Sound). Faces come
# from the frames, sound from the original clips.
_base_ = 'tgdfer_dfew.py'

sound = dict(type='AttachSound', path=_base_.data_root + '/Clip/original/{number}.mp4')
train_pipeline = [*_base_.train_pipeline[:2], sound, *_base_.train_pipeline[2:]]
test_pipeline = [*_base_.test_pipeline[:2], sound, *_base_.test_pipeline[2:]]
model = dict(
    type='SoundRecognizer',
    neck=dict(
        _delete_=True,
        type='SoundFusionNeck',
        in_channels=512,
        sound_channels=800,
        neck={{_base_.model.neck}},
    ),
)
optim_wrapper = dict(paramwise_cfg=dict(custom_keys={'neck.gate': dict(lr_mult=100.0)}))
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
val_dataloader = test_dataloader
