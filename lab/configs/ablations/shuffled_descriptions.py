# Each class described as another one: does the text mean anything?
_base_ = './full.py'

texts = 'synth_dynamics_shuffled' if _base_.dynamics else 'synth_shuffled'
model = dict(text_encoder=dict(descriptions=texts))
