# The base with its tower tuned.
_base_ = './base_few_steps.py'

model = dict(backbone=dict(frozen_stages=-1))
