"""From a clip on disk to its sampled frames; mmaction2's transforms follow."""

from .frames import DecodeFrames, ListFrames, natural_sorted
from .sampling import SampleSegments
from .videos import DecodeVideo, OpenVideo

__all__ = [
    'DecodeFrames',
    'DecodeVideo',
    'ListFrames',
    'OpenVideo',
    'SampleSegments',
    'natural_sorted',
]
