"""Layers that several parts of a model share."""

from .attention import PreNormLayer, SelfAttention
from .dynamic_instance_norm import DynamicInstanceNorm
from .frame_factors import ExactReweighting, LightReweighting
from .separation import Separation
from .zero_start import zero_ffn, zero_linear

__all__ = [
    'DynamicInstanceNorm',
    'ExactReweighting',
    'LightReweighting',
    'PreNormLayer',
    'SelfAttention',
    'Separation',
    'zero_ffn',
    'zero_linear',
]
