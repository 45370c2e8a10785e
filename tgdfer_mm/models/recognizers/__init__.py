"""Recognizers."""

from .text_guided_recognizer import TextGuidedRecognizer

__all__ = ['TextGuidedRecognizer']
