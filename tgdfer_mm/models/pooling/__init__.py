"""Pooling over a bag: of instance logits (MIL), and of features for the video.

A new pooling is a function as in :mod:`.mil`, or a class as in :mod:`.video`. It is
registered in ``tgdfer_mm.registry.MIL_POOLINGS`` or ``VIDEO_POOLINGS``, and configs can
then name it.
"""

from .mil import find_mil_pooling, mil_pool
from .video import QueryPooling, RelevancePooling, build_video_pooling

__all__ = [
    'QueryPooling',
    'RelevancePooling',
    'build_video_pooling',
    'find_mil_pooling',
    'mil_pool',
]
