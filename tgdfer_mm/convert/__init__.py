"""Conversion of other projects' checkpoints to our names; see docs/convert.md."""

from .converting import Conversion, convert
from .formats import format_keys

__all__ = ['Conversion', 'convert', 'format_keys']
