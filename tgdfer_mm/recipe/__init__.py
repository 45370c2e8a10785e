"""Recipes: changes of a config before it runs, applied in one fixed order.

:class:`Recipe` has a field for each change; :func:`apply_recipe` runs one step for each
field; :mod:`~tgdfer_mm.run_config.walk` is the only code that walks through a config.
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
