# The calm frames of videos keep the parts apart, too; the expression is narrower.
_base_ = 'drawn.py'

model = dict(
    expression_channels=6,  # the number of classes less one
    calm_weight=5.0,
)
