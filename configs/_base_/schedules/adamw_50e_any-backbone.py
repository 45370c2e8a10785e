# As adamw_50e.py, for other backbones in InstanceBackbone: its projection is new and
# has the base learning rate, and there are no parameters of a CLIP image tower.
_base_ = 'adamw_50e.py'

optim_wrapper = dict(
    paramwise_cfg=dict(
        custom_keys={'backbone.projection': dict(lr_mult=1.0, optional=True)},
        no_decay=['context'],
    )
)
