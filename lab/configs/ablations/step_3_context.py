# Learnable context. Instances are those of the tower; no part of the relevance is
# learned or shared.
_base_ = './step_4_rest.py'

model = dict(neck=dict(_delete_=True, type='RelevanceNeck', temperature=0.05))
