"""Checks of a copy of a data set: completeness, version, and the input of training."""

from .run import check_copy

__all__ = ['check_copy']
