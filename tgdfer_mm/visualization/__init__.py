"""Pictures of what the model saw, thought relevant and confused."""

from .clip_figure import draw_clip
from .confusion_figure import draw_confusion
from .confusion_hook import ConfusionMatrixHook
from .explain_hook import ExplainHook

__all__ = ['ConfusionMatrixHook', 'ExplainHook', 'draw_clip', 'draw_confusion']
