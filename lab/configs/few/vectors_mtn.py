# Learned class vectors behind dilated convolutions and a non-local block over time.
_base_ = './vectors.py'

model = dict(cls_head=dict(temporal=dict(_delete_=True, type='mtn')))
