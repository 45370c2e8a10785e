"""Losses on bags."""

from .intensity_aware_loss import IntensityAwareLoss
from .mil_loss import MILLoss
from .self_distillation_loss import SelfDistillationLoss

__all__ = ['IntensityAwareLoss', 'MILLoss', 'SelfDistillationLoss']
