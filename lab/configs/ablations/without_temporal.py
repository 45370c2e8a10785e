# The full model without any temporal network.
_base_ = './full.py'

model = dict(cls_head=dict(temporal=dict(_delete_=True, type='identity')))
