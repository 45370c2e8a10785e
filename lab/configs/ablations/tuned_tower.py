# The tower is tuned.
_base_ = './few_steps.py'

model = dict(backbone=dict(frozen_stages=-1))
