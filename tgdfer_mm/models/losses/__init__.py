"""Losses on bags of instances."""

from .decorrelation_loss import (
    DecorrelationLoss,
    OrthogonalityLoss,
    SharedVarianceLoss,
)
from .intensity_aware_loss import IntensityAwareLoss
from .mil_loss import MILLoss
from .self_distillation_loss import SelfDistillationLoss

__all__ = [
    'DecorrelationLoss',
    'IntensityAwareLoss',
    'MILLoss',
    'OrthogonalityLoss',
    'SelfDistillationLoss',
    'SharedVarianceLoss',
]
