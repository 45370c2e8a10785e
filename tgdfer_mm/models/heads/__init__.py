"""Heads on bags."""

from .multi_grained_temporal_head import MultiGrainedTemporalHead

__all__ = ['MultiGrainedTemporalHead']
