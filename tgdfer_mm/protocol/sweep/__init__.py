"""A search for the best settings of a config with Optuna; every trial is a training."""

from .space import SHIPPED, SweepError, read_space
from .study import open_study, sweep
from .table import as_table
from .trial import check_keys, check_split, train_trial, validating_on_train

__all__ = [
    'SHIPPED',
    'SweepError',
    'as_table',
    'check_keys',
    'check_split',
    'open_study',
    'read_space',
    'sweep',
    'train_trial',
    'validating_on_train',
]
