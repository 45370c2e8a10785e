"""Recognizers."""

from .bag_recognizer import BagRecognizer
from .caption_recognizer import CaptionRecognizer
from .text_guided_recognizer import TextGuidedRecognizer

__all__ = ['BagRecognizer', 'CaptionRecognizer', 'TextGuidedRecognizer']
