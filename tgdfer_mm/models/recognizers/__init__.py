"""Recognizers, the whole models that a runner trains and tests."""

from .bag_recognizer import BagRecognizer
from .caption_recognizer import CaptionRecognizer
from .described_recognizer import DescribedRecognizer
from .multi_view_recognizer import MultiViewRecognizer
from .sound_recognizer import SoundRecognizer
from .text_guided_recognizer import TextGuidedRecognizer

__all__ = [
    'BagRecognizer',
    'CaptionRecognizer',
    'DescribedRecognizer',
    'MultiViewRecognizer',
    'SoundRecognizer',
    'TextGuidedRecognizer',
]
