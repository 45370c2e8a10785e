# The context starts at random instead of at a template's words.
_base_ = './full.py'

model = dict(text_encoder=dict(context_init=None))
