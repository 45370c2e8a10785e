# TG-DFER of version 0.1 without a temporal network.
_base_ = '../ablations/version_01.py'

model = dict(cls_head=dict(temporal=dict(_delete_=True, type='identity')))
