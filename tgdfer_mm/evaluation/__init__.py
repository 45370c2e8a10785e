"""Metrics of dynamic facial expression recognition and the dump of predictions."""

from .dfer_metric import DFERMetric
from .dump import DumpPredictions, read_predictions
from .frame_relevance import FrameRelevanceMetric
from .grouped_metric import GroupedDFERMetric
from .mapped_evaluator import MappedEvaluator
from .multi_label_metric import MultiLabelMetric
from .temporal_sensitivity import perturb_time, temporal_sensitivity

__all__ = [
    'DFERMetric',
    'DumpPredictions',
    'FrameRelevanceMetric',
    'GroupedDFERMetric',
    'MappedEvaluator',
    'MultiLabelMetric',
    'perturb_time',
    'read_predictions',
    'temporal_sensitivity',
]
