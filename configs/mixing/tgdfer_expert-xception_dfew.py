# TG-DFER's neck, temporal network and head on the features of a frozen classifier of
# single faces: run `tgdfer models get fer2013-xception` first. Learned class vectors
# replace the texts, because the features are not in a joint space. It works with
# `--cache-features`.
_base_ = '../tgdfer_dfew.py'

model = dict(
    # The expert gets RGB from 0 to 255 and prepares it itself.
    data_preprocessor=dict(mean=[0.0, 0.0, 0.0], std=[1.0, 1.0, 1.0]),
    backbone=dict(
        _delete_=True,
        type='MiniXception',
        features=True,
        pretrained='models://fer2013-xception/model.safetensors',
    ),
    text_encoder=dict(
        _delete_=True, type='LearnedClassVectors', classes='dfew', out_channels=128
    ),
    neck=dict(in_channels=128),
    cls_head=dict(in_channels=128),
)
optim_wrapper = dict(
    paramwise_cfg=dict(
        custom_keys={
            'backbone': dict(lr_mult=0.1, optional=True),  # it is frozen
            'text_encoder.context': dict(optional=True),
            'text_encoder.vectors': dict(lr_mult=10.0),
        },
        no_decay=['vectors'],
    )
)
