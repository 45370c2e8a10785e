"""Transforms from a clip on disk to its frames; those of mmaction2 come after them."""

from ...clips.frame_names import natural_sorted
from .captions import AttachCaptions, TellCaption
from .features import GatherFeatures, OpenFeatures
from .frames import DecodeFrames, ListFrames, ReferFrames
from .landmarks import DrawLandmarks
from .movements import AttachMovements
from .packing import META_KEYS, PackDFERInputs
from .perturb_time import PerturbTime
from .refined_captions import AttachRefinedCaptions
from .sampling import SampleSegments
from .sound import AttachSound
from .videos import DecodeVideo, OpenVideo
from .views import CropCorners, SampleWindows

__all__ = [
    'AttachCaptions',
    'AttachMovements',
    'AttachRefinedCaptions',
    'AttachSound',
    'CropCorners',
    'META_KEYS',
    'DecodeFrames',
    'DecodeVideo',
    'DrawLandmarks',
    'GatherFeatures',
    'ListFrames',
    'OpenFeatures',
    'OpenVideo',
    'PackDFERInputs',
    'PerturbTime',
    'ReferFrames',
    'SampleSegments',
    'SampleWindows',
    'TellCaption',
    'natural_sorted',
]
