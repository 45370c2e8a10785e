# The full model with a fixed context.
_base_ = './full.py'

model = dict(text_encoder=dict(learnable=False))
