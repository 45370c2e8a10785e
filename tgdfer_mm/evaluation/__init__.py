"""Metrics of dynamic facial expression recognition and the dump of predictions."""

from ..moved import moved_attribute
from .dfer_metric import DFERMetric
from .dump import DumpPredictions, read_predictions
from .frame_relevance import FrameRelevanceMetric
from .grouped_metric import GroupedDFERMetric
from .localisation_metric import LocalisationMetric
from .mapped_evaluator import MappedEvaluator
from .multi_label_metric import MultiLabelMetric
from .people_groups_metric import PeopleGroupsMetric
from .rationale_metric import RationaleConsistencyMetric
from .replies import score_replies

__all__ = [
    'DFERMetric',
    'DumpPredictions',
    'FrameRelevanceMetric',
    'GroupedDFERMetric',
    'LocalisationMetric',
    'MappedEvaluator',
    'MultiLabelMetric',
    'PeopleGroupsMetric',
    'RationaleConsistencyMetric',
    'read_predictions',
    'score_replies',
]


def __getattr__(name: str):
    """Gives two functions of version 0.1, for one more release."""
    homes = {
        'perturb_time': 'tgdfer_mm.recipe.perturbed_time',
        'temporal_sensitivity': 'tgdfer_mm.engine.temporal_sensitivity',
    }
    return moved_attribute(__name__, name, homes)
