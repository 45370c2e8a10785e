"""Losses on bags."""

from .intensity_aware_loss import IntensityAwareLoss
from .mil_loss import MILLoss

__all__ = ['IntensityAwareLoss', 'MILLoss']
