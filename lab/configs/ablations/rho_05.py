# Half of the frames make the bag.
_base_ = './full.py'

model = dict(cls_head=dict(rho=0.5))
