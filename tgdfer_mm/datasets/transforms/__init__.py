"""From a clip on disk to its sampled frames; mmaction2's transforms follow."""

from .frames import DecodeFrames, ListFrames, natural_sorted
from .packing import META_KEYS, PackDFERInputs
from .sampling import SampleSegments
from .videos import DecodeVideo, OpenVideo

__all__ = [
    'META_KEYS',
    'DecodeFrames',
    'DecodeVideo',
    'ListFrames',
    'OpenVideo',
    'PackDFERInputs',
    'SampleSegments',
    'natural_sorted',
]
