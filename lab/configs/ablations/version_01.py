# The default of version 0.1: labels enriched by the visual prompt, windows over time.
_base_ = './full.py'

model = dict(
    neck=dict(type='VisualPromptNeck', spread=False),
    cls_head=dict(temporal=dict(_delete_=True, type='lgt')),
)
