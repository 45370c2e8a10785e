# The same without the loss that keeps the two parts apart.
_base_ = 'drawn.py'

model = dict(loss_apart=None)
