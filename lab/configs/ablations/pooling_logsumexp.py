# The bag is the soft maximum of its frames.
_base_ = './full.py'

model = dict(cls_head=dict(pooling='logsumexp'))
