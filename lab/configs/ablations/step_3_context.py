# Learnable context; the labels are not tied to the frames.
_base_ = './step_4_prompt.py'

model = dict(neck=dict(_delete_=True, type='RelevanceNeck', temperature=0.05))
