"""Recognizers."""

from .bag_recognizer import BagRecognizer
from .text_guided_recognizer import TextGuidedRecognizer

__all__ = ['BagRecognizer', 'TextGuidedRecognizer']
