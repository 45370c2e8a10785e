# TG-DFER of version 0.1 without a temporal network.
_base_ = './text.py'

model = dict(cls_head=dict(temporal=dict(_delete_=True, type='identity')))
