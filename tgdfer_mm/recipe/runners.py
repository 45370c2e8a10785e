"""Runners that apply a config's recipe before they build anything of it."""

import copy
from collections.abc import Mapping

from mmengine.config import Config
from mmengine.registry import RUNNERS
from mmengine.runner import FlexibleRunner, Runner

from .apply import apply_recipe
from .walk import hooks_of


class _AppliesRecipe:
    """Lets ``from_cfg`` apply the recipe, and log what it has changed."""

    @classmethod
    def from_cfg(cls, cfg: Config | Mapping) -> Runner:
        """Builds a runner of what the config's recipe makes of it.

        Args:
            cfg: Config of a run; stays as it is.

        Raises:
            ValueError: See :func:`~tgdfer_mm.recipe.apply_recipe`.
        """
        cfg = copy.deepcopy(cfg if isinstance(cfg, Config) else Config(dict(cfg)))
        if not any(hooks_of(cfg, 'RecipeHook')):
            hooks = cfg.get('default_hooks') or {}
            cfg.default_hooks = dict(hooks, recipe=dict(type='RecipeHook'))
        reasons = apply_recipe(cfg)
        runner = super().from_cfg(cfg)
        for reason in reasons:
            runner.logger.info(f'Recipe: {reason}.')
        return runner


@RUNNERS.register_module()
class DFERRunner(_AppliesRecipe, Runner):
    """mmengine's runner, of a config with a recipe.

    A config names it in ``runner_type``, which mmaction2's ``train.py`` and ``test.py``
    honour, and ``RUNNERS.build(cfg)`` too.
    """


@RUNNERS.register_module()
class FlexibleDFERRunner(_AppliesRecipe, FlexibleRunner):
    """mmengine's runner for FSDP, DeepSpeed and others, of a config with a recipe."""
