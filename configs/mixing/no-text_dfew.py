# TG-DFER's neck and head without text: learned class vectors replace the texts.
_base_ = '../tgdfer_dfew.py'

model = dict(
    text_encoder=dict(
        _delete_=True, type='LearnedClassVectors', classes='dfew', out_channels=512
    ),
)
optim_wrapper = dict(
    paramwise_cfg=dict(
        custom_keys={
            'text_encoder.context': dict(optional=True),
            'text_encoder.vectors': dict(lr_mult=10.0),
        },
        no_decay=['vectors', 'class_embedding', 'positional_embedding'],
    )
)
