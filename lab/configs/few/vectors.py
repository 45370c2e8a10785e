# TG-DFER without texts: class vectors that start at random and are learned.
_base_ = '../ablations/full.py'

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
