# The full model with one plain transformer layer over time.
_base_ = './full.py'

model = dict(cls_head=dict(temporal=dict(_delete_=True, type='transformer')))
