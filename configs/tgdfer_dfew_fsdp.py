# Fully sharded data parallel: each process keeps a part of the weights, the gradients
# and the optimizer's state. Needs torchrun. Tested with gloo on two processes without a
# GPU, not on several GPUs.
_base_ = 'tgdfer_dfew.py'

runner_type = 'FlexibleDFERRunner'
strategy = dict(
    type='WholeFSDPStrategy',
    model_wrapper=dict(
        use_orig_params=True,  # frozen and trained parameters share modules
    ),
)
