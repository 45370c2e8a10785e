"""Training and testing: exact and safe checkpoints, optimizer groups, evaluation."""

from ..moved import moved_attribute
from ..plain_checkpoints import load_from_local
from .atomic_backend import AtomicBackend
from .checkpoint import find_resumable
from .checkpoint_contract_hook import CheckpointContractHook
from .compare_run_hook import CompareRunHook
from .compile_hook import CompileHook
from .evaluation import EvaluateBeforeTrainHook, evaluate
from .exact_checkpoint_hook import ExactCheckpointHook
from .optim_wrapper_constructor import TextGuidedOptimWrapperConstructor
from .plain_data import from_plain, to_plain
from .selection_hook import SelectionHook

__all__ = [
    'AtomicBackend',
    'CheckpointContractHook',
    'CompareRunHook',
    'CompileHook',
    'EvaluateBeforeTrainHook',
    'ExactCheckpointHook',
    'SelectionHook',
    'TextGuidedOptimWrapperConstructor',
    'evaluate',
    'find_resumable',
    'from_plain',
    'load_from_local',
    'to_plain',
]


def __getattr__(name: str):
    """Gives two functions of version 0.1, for one more release."""
    homes = {
        'apply_precision': 'tgdfer_mm.recipe.precision',
        'apply_selection': 'tgdfer_mm.recipe.selection',
    }
    return moved_attribute(__name__, name, homes)
