# Sharper relevance at the start.
_base_ = './full.py'

model = dict(neck=dict(temperature=0.01))
