"""Judges of rationales, which name the emotion of a text."""

from .judge import Judge, build_judge
from .movement_words import read_units
from .rule import RuleJudge, facs_prototypes
from .sentence_classifier import SentenceClassifierJudge
from .text_tower import TextTowerJudge

__all__ = [
    'Judge',
    'RuleJudge',
    'SentenceClassifierJudge',
    'TextTowerJudge',
    'build_judge',
    'facs_prototypes',
    'read_units',
]
