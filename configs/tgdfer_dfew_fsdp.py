# Fully sharded data parallel through mmengine's FlexibleRunner. Not run: this needs
# several GPUs.
_base_ = 'tgdfer_dfew.py'

runner_type = 'FlexibleRunner'
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
