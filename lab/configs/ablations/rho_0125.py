# An eighth of the frames makes the bag.
_base_ = './full.py'

model = dict(cls_head=dict(rho=0.125))
