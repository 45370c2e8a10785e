# MIL pooling: the bag is the mean of each class's best frames.
_base_ = './full.py'

model = dict(cls_head=dict(video_pooling='query'))
