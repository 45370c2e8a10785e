"""Data preprocessors: the steps between the loader and the model."""

from .clip_augment import ClipAugmentPreprocessor
from .resident_frames import ResidentFrames

__all__ = ['ClipAugmentPreprocessor', 'ResidentFrames']
