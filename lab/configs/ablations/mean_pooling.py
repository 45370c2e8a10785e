# No temporal network and mean pooling in both branches: a bag without any order.
_base_ = './without_temporal.py'

model = dict(cls_head=dict(pooling='mean', video_pooling='query'))
