"""From a clip on disk to its sampled frames; mmaction2's transforms follow."""

from .captions import AttachCaptions
from .features import GatherFeatures, OpenFeatures
from .frames import DecodeFrames, ListFrames, ReferFrames, natural_sorted
from .packing import META_KEYS, PackDFERInputs
from .perturb_time import PerturbTime
from .sampling import SampleSegments
from .videos import DecodeVideo, OpenVideo

__all__ = [
    'AttachCaptions',
    'META_KEYS',
    'DecodeFrames',
    'DecodeVideo',
    'GatherFeatures',
    'ListFrames',
    'OpenFeatures',
    'OpenVideo',
    'PackDFERInputs',
    'PerturbTime',
    'ReferFrames',
    'SampleSegments',
    'natural_sorted',
]
