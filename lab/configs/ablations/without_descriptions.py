# The full model with class names.
_base_ = './full.py'

texts = 'synth_dynamics_names' if _base_.dynamics else 'synth_names'
model = dict(text_encoder=dict(descriptions=texts))
