"""What is done to a batch before the model sees it."""

from .clip_augment import ClipAugmentPreprocessor

__all__ = ['ClipAugmentPreprocessor']
