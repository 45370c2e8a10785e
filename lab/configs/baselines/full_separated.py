# TG-DFER whose instances are read against the face at rest that their residue tells.
_base_ = '../ablations/full.py'

model = dict(
    neck=dict(type='SeparatedFaceNeck', neutral=2),  # of happy, sad, neutral ...
)
