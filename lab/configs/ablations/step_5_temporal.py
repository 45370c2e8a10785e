# Multi-grained temporal network; the bag is the mean of its frames.
_base_ = './step_6_mil.py'

model = dict(cls_head=dict(pooling='mean'))
