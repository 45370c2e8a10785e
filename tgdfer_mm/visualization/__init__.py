"""Pictures of the frames, their relevance, and the classes that are confused."""

from .clip_figure import draw_clip
from .confusion_figure import draw_confusion
from .confusion_hook import ConfusionMatrixHook
from .explain_hook import ExplainHook
from .local_mlflow import LocalMLflowVisBackend
from .log_pictures_hook import LogPicturesHook
from .offline_wandb import OfflineWandbVisBackend

__all__ = [
    'ConfusionMatrixHook',
    'ExplainHook',
    'LocalMLflowVisBackend',
    'LogPicturesHook',
    'OfflineWandbVisBackend',
    'draw_clip',
    'draw_confusion',
]
