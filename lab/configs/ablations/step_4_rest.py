# Instances read against the face at rest; the temporal network is one plain layer.
_base_ = './step_5_temporal.py'

model = dict(cls_head=dict(temporal=dict(_delete_=True, type='transformer')))
