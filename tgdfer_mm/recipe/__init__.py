"""What may change a config before it runs: one recipe, applied in one fixed order.

:class:`Recipe` has a field for each; :func:`apply_recipe` takes the steps, one a field;
:mod:`~tgdfer_mm.run_config.walk` is the only walk through a config.
"""

from .apply import apply_recipe, pending_changes
from .hook import RecipeHook
from .recipe import Recipe
from .runners import DFERRunner, FlexibleDFERRunner

__all__ = [
    'DFERRunner',
    'FlexibleDFERRunner',
    'Recipe',
    'RecipeHook',
    'apply_recipe',
    'pending_changes',
]
