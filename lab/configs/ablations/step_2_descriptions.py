# Descriptions; the context before them is fixed.
_base_ = './step_3_context.py'

model = dict(text_encoder=dict(learnable=False))
