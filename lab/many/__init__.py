"""Several folds and seeds on computed features, trained at once."""

from .models import ManyModels
from .write import folder_of, judge_member, save_member

__all__ = ['ManyModels', 'folder_of', 'judge_member', 'save_member']
