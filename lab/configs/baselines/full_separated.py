# TG-DFER whose instances are compared with the face at rest that their residue gives.
_base_ = '../ablations/full.py'

model = dict(
    neck=dict(type='SeparatedFaceNeck', neutral=2),  # of happy, sad, neutral ...
)
