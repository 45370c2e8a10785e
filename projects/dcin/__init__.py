"""DCIN: finds when a long film shows each emotion, from labels of whole films."""

from .consensus import ConsensusLoss, ConsensusRecognizer

__all__ = ['ConsensusLoss', 'ConsensusRecognizer']
