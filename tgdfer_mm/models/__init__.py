"""Models, in the order the data flows: towers, text, neck, time, head, loss."""

from . import (
    backbones,
    data_preprocessors,
    heads,
    losses,
    necks,
    recognizers,
    temporal,
    text,
)

__all__ = [
    'backbones',
    'data_preprocessors',
    'heads',
    'losses',
    'necks',
    'recognizers',
    'temporal',
    'text',
]
