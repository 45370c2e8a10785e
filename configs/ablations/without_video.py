# The full model trained without the video branch's loss.
_base_ = './full.py'

model = dict(cls_head=dict(video_weight=0.0))
