# Each class has the description of another one, to test if the text matters.
_base_ = './full.py'

texts = 'synth_dynamics_shuffled' if _base_.dynamics else 'synth_shuffled'
model = dict(text_encoder=dict(descriptions=texts))
