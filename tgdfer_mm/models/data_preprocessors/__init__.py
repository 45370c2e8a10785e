"""What is done to a batch before the model sees it."""

from .clip_augment import ClipAugmentPreprocessor
from .resident_frames import ResidentFrames

__all__ = ['ClipAugmentPreprocessor', 'ResidentFrames']
