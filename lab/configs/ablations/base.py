# The base: class names, transformer, mean pooling, no context, no prompt.
_base_ = './step_1_line.py'

texts = 'synth_dynamics_names' if _base_.dynamics else 'synth_names'
model = dict(text_encoder=dict(descriptions=texts))
