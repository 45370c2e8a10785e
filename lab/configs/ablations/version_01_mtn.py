# Version 0.1 with dilated convolutions and a non-local block over time.
_base_ = './version_01.py'

model = dict(cls_head=dict(temporal=dict(_delete_=True, type='mtn')))
