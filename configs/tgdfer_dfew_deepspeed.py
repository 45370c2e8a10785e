# DeepSpeed ZeRO-2 through mmengine's FlexibleRunner. Not run: this needs several GPUs
# and `pip install deepspeed`. In float32, unlike the other configs: DeepSpeed's own
# half precision casts the whole model, and the head computes in float32 by switching
# off autocast, which does not bring its weights back.
_base_ = 'tgdfer_dfew.py'

runner_type = 'FlexibleDFERRunner'
strategy = dict(
    type='DeepSpeedStrategy',
    zero_optimization=dict(stage=2, overlap_comm=True, contiguous_gradients=True),
)
optim_wrapper = dict(type='DeepSpeedOptimWrapper')
