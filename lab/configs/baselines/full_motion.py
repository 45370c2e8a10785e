# TG-DFER with GRACE's motion as a prior of the relevance.
_base_ = '../ablations/full.py'

model = dict(neck=dict(motion_temperature=0.1))
