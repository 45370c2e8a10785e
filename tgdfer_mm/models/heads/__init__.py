"""Heads on bags."""

from .bag_head import BagHead
from .class_token_head import ClassTokenHead
from .linear_bag_head import LinearBagHead
from .m3dfel_head import M3DFELHead
from .multi_grained_temporal_head import MultiGrainedTemporalHead

__all__ = [
    'BagHead',
    'ClassTokenHead',
    'LinearBagHead',
    'M3DFELHead',
    'MultiGrainedTemporalHead',
]
