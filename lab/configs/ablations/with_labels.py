# The full model, and labels enriched by what the bag shows, as in the paper's abstract.
_base_ = './full.py'

model = dict(neck=dict(type='RestingPromptNeck'))
