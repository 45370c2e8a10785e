"""Metrics of dynamic facial expression recognition and the dump of predictions."""

from .dfer_metric import DFERMetric
from .dump import DumpPredictions, read_predictions
from .frame_relevance import FrameRelevanceMetric

__all__ = [
    'DFERMetric',
    'DumpPredictions',
    'FrameRelevanceMetric',
    'read_predictions',
]
