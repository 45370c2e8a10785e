# The base: class names, one transformer layer, mean pooling.
_base_ = '../ablations/base.py'
