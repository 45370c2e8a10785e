# The prompt's share starts at 0.1 instead of 0.
_base_ = './full.py'

model = dict(neck=dict(gamma=0.1))
