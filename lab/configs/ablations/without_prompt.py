# The full model whose labels are not tied to the frames.
_base_ = './full.py'

model = dict(neck=dict(_delete_=True, type='RelevanceNeck', temperature=0.05))
