# DFEW, with all classes drawn equally often: higher UAR, lower WAR. See docs/data.md.
_base_ = 'tgdfer_dfew.py'

train_dataloader = dict(sampler=dict(_delete_=True, type='ClassBalancedSampler'))
