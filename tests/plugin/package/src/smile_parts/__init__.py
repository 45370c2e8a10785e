"""A tower, a data set, a temporal network, a pooling, a loss and a model."""

from pathlib import Path

from . import data, loss, model, pooling, temporal, tower

MOODS = str(Path(__file__).with_name('moods.json'))
CONFIG = str(Path(__file__).with_name('config.py'))

__all__ = [
    'CONFIG',
    'MOODS',
    'data',
    'loss',
    'model',
    'pooling',
    'temporal',
    'tower',
]
