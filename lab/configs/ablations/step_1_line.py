# The base with one plain line a class, in words that the small model knows.
_base_ = './step_2_descriptions.py'

texts = 'synth_dynamics_line' if _base_.dynamics else 'synth_line'
model = dict(text_encoder=dict(descriptions=texts))
