# Fully sharded data parallel through mmengine's FlexibleRunner. Not run: this needs
# several GPUs, and torch's FSDP refuses parameters without a dimension, which the neck
# and the head have; reshape those to (1,) first.
_base_ = 'tgdfer_dfew.py'

runner_type = 'FlexibleDFERRunner'
strategy = dict(
    type='FSDPStrategy',
    model_wrapper=dict(
        use_orig_params=True,  # frozen and trained parameters share modules
        auto_wrap_policy=dict(
            type='torch.distributed.fsdp.wrap.size_based_auto_wrap_policy',
            min_num_params=1e7,
        ),
    ),
)
# FSDP flattens parameters and puts names of its own into theirs, so that neither the
# dimensions nor the full names, by which our constructor goes, are left. mmengine's
# goes by types of modules and parts of names; its longest key counts, and below a key
# the rules for norms and biases do not: those of the tower do decay here.
optim_wrapper = dict(
    constructor='DefaultOptimWrapperConstructor',
    paramwise_cfg=dict(
        _delete_=True,
        norm_decay_mult=0.0,
        bias_decay_mult=0.0,
        custom_keys={
            'backbone': dict(lr_mult=0.1),
            'class_embedding': dict(lr_mult=0.1, decay_mult=0.0),
            'positional_embedding': dict(lr_mult=0.1, decay_mult=0.0),
            'context': dict(lr_mult=10.0, decay_mult=0.0),
            'gamma': dict(lr_mult=100.0, decay_mult=0.0),
            'log_tau': dict(lr_mult=100.0, decay_mult=0.0),
            'window_logits': dict(lr_mult=100.0, decay_mult=0.0),
            'query': dict(decay_mult=0.0),
            'logit_scale': dict(decay_mult=0.0),
            'log_decay': dict(decay_mult=0.0),
        },
    ),
)
