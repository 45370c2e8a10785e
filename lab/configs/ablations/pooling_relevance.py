# The bag is the relevance-weighted mean of its frames.
_base_ = './full.py'

model = dict(cls_head=dict(pooling='relevance'))
