# As sgd_50e.py, with weight decay on all parameters, as in DFER-CLIP's own code.
_base_ = 'sgd_50e.py'

optim_wrapper = dict(
    constructor='DefaultOptimWrapperConstructor',
    paramwise_cfg=dict(
        _delete_=True,
        custom_keys={
            'backbone': dict(lr_mult=1e-3),
            'text_encoder.context': dict(lr_mult=0.1),
        },
    ),
)
