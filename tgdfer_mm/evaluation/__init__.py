"""Metrics of dynamic facial expression recognition and the dump of predictions."""

from .dfer_metric import DFERMetric
from .dump import DumpPredictions, read_predictions
from .frame_relevance import FrameRelevanceMetric
from .multi_label_metric import MultiLabelMetric

__all__ = [
    'DFERMetric',
    'DumpPredictions',
    'FrameRelevanceMetric',
    'MultiLabelMetric',
    'read_predictions',
]
