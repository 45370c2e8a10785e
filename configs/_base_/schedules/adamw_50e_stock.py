# As adamw_50e.py, for mmaction2's own recognizers: one learning rate for the whole
# model.
_base_ = 'adamw_50e.py'

optim_wrapper = dict(paramwise_cfg=dict(_delete_=True))
