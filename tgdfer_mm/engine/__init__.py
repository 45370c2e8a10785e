"""Running: exact and safe checkpoints, optimizer groups, evaluation, the tools."""

from .atomic_backend import AtomicBackend
from .checkpoint import find_resumable, load_from_local
from .checkpoint_contract_hook import CheckpointContractHook
from .compare_run_hook import CompareRunHook
from .compile_hook import CompileHook
from .evaluation import EvaluateBeforeTrainHook, evaluate
from .exact_checkpoint_hook import ExactCheckpointHook
from .optim_wrapper_constructor import TextGuidedOptimWrapperConstructor
from .parts_report_hook import PartsReportHook
from .plain_state import from_plain, to_plain
from .precision import apply_precision
from .selection import apply_selection
from .selection_hook import SelectionHook

__all__ = [
    'AtomicBackend',
    'CheckpointContractHook',
    'CompareRunHook',
    'CompileHook',
    'EvaluateBeforeTrainHook',
    'ExactCheckpointHook',
    'PartsReportHook',
    'SelectionHook',
    'TextGuidedOptimWrapperConstructor',
    'apply_precision',
    'apply_selection',
    'evaluate',
    'find_resumable',
    'from_plain',
    'load_from_local',
    'to_plain',
]
