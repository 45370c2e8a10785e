"""Whole protocols: folds x seeds, their metrics, and the comparison of models."""

from .collect import collect
from .compare import compare
from .contenders import Contender, load_contender
from .folds import RunError, run_all
from .people import scores_by_group
from .published import published_rows
from .results import aggregate, load_result
from .runs import Run, parse_numbers, plan_runs

__all__ = [
    'Contender',
    'Run',
    'RunError',
    'aggregate',
    'collect',
    'compare',
    'load_contender',
    'load_result',
    'parse_numbers',
    'plan_runs',
    'published_rows',
    'run_all',
    'scores_by_group',
]
