# The full model whose bag is the mean of its frames.
_base_ = './full.py'

model = dict(cls_head=dict(pooling='mean'))
