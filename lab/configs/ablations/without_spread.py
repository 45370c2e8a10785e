# The full model whose frames do not share their relevance with their neighbours.
_base_ = './full.py'

model = dict(neck=dict(spread=False))
