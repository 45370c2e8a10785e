# The full model without its video branch, in training and in predictions.
_base_ = './full.py'

model = dict(cls_head=dict(video_weight=0.0))
