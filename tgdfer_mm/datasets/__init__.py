"""Data sets, their transforms, and the seeds of loader workers."""

from ..clips.errors import DamagedClipError
from ..labels.classes import load_classes
from . import transforms
from .clip_dataset import ClipDataset
from .clip_folder import ClipFolderDataset
from .cremad import CREMADDataset
from .dfer_dataset import DFERDataset
from .dfew import DFEWDataset
from .enterface05 import ENTERFACE05Dataset
from .ferv39k import FERV39kDataset
from .film_dataset import FilmDataset
from .mafw import MAFWDataset
from .other_data_set import cross_dataset
from .ravdess import RAVDESSDataset
from .samplers import ClassBalancedSampler
from .synth_dfew import SynthDFEWDataset
from .text_files import DataError, SplitFileError
from .transforms import META_KEYS
from .worker_seeds import seed_worker_from_torch

__all__ = [
    'META_KEYS',
    'CREMADDataset',
    'ClassBalancedSampler',
    'ClipDataset',
    'ClipFolderDataset',
    'DFERDataset',
    'DFEWDataset',
    'DamagedClipError',
    'DataError',
    'ENTERFACE05Dataset',
    'FERV39kDataset',
    'FilmDataset',
    'MAFWDataset',
    'RAVDESSDataset',
    'SplitFileError',
    'SynthDFEWDataset',
    'cross_dataset',
    'load_classes',
    'seed_worker_from_torch',
    'transforms',
]
