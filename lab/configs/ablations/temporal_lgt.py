# Attention in windows of several sizes, and relations over the whole bag.
_base_ = './full.py'

model = dict(cls_head=dict(temporal=dict(_delete_=True, type='lgt')))
