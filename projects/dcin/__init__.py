"""DCIN: which emotion is where in a long film, from labels of films alone."""

from .consensus import ConsensusLoss, ConsensusRecognizer

__all__ = ['ConsensusLoss', 'ConsensusRecognizer']
