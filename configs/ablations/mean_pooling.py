# No temporal network and mean pooling: a bag without any order.
_base_ = './without_temporal.py'

model = dict(cls_head=dict(pooling='mean'))
