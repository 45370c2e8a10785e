# DeepSpeed ZeRO-2 through mmengine's FlexibleRunner. Not run: this needs several GPUs
# and `pip install deepspeed`.
_base_ = 'tgdfer_dfew.py'

runner_type = 'FlexibleRunner'
strategy = dict(
    type='DeepSpeedStrategy',
    bf16=dict(enabled=True),
    zero_optimization=dict(stage=2, overlap_comm=True, contiguous_gradients=True),
)
optim_wrapper = dict(type='DeepSpeedOptimWrapper')
