# TG-DFER of version 0.1 without texts: class vectors that start at random, learned.
_base_ = '../ablations/version_01.py'

model = dict(
    text_encoder=dict(
        _delete_=True, type='LearnedClassVectors', classes='dfew', out_channels=128
    ),
)
optim_wrapper = dict(
    paramwise_cfg=dict(
        custom_keys={'text_encoder.vectors': dict(lr_mult=10.0)}, no_decay=['vectors']
    )
)
