"""Pooling over a bag: of logits (MIL), and of features for the whole video.

A new one is a function like those of :mod:`.mil`, or a class like those of
:mod:`.video`, that registers itself in ``tgdfer_mm.registry.MIL_POOLINGS`` or
``VIDEO_POOLINGS``; a config then names it.
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
