"""Pictures of what the model saw, thought relevant and confused."""

from .clip_figure import draw_clip
from .confusion_figure import draw_confusion
from .hooks import ConfusionMatrixHook, ExplainHook

__all__ = ['ConfusionMatrixHook', 'ExplainHook', 'draw_clip', 'draw_confusion']
