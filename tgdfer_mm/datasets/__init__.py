"""The benchmarks, their transforms and the seeding of loader workers."""

from . import transforms
from .base import DFERDataset
from .cross import cross_dataset
from .dfew import DFEWDataset
from .errors import DamagedClipError, SplitFileError
from .ferv39k import FERV39kDataset
from .labels import load_classes
from .mafw import MAFWDataset
from .samplers import ClassBalancedSampler
from .synth import SynthDFEWDataset
from .transforms import META_KEYS
from .workers import seed_worker_from_torch

__all__ = [
    'META_KEYS',
    'ClassBalancedSampler',
    'DFERDataset',
    'DFEWDataset',
    'DamagedClipError',
    'FERV39kDataset',
    'MAFWDataset',
    'SplitFileError',
    'SynthDFEWDataset',
    'cross_dataset',
    'load_classes',
    'seed_worker_from_torch',
    'transforms',
]
