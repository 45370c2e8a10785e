"""Runners that apply a config's recipe before they build anything of it."""

import copy
from collections.abc import Mapping

from mmengine.config import Config
from mmengine.registry import RUNNERS
from mmengine.runner import FlexibleRunner, Runner

from ..plain_checkpoints import plain_loading
from .apply import apply_recipe
from .hook import recipe_hook_of


class _OurRunner:
    """Applies the recipe, logs what it changed, and loads plain checkpoints only."""

    @classmethod
    def from_cfg(cls, cfg: Config | Mapping) -> Runner:
        """Builds a runner of what the config's recipe makes of it.

        Args:
            cfg: Config of a run; stays as it is.

        Raises:
            ValueError: See :func:`~tgdfer_mm.recipe.apply_recipe`.
        """
        cfg = copy.deepcopy(cfg if isinstance(cfg, Config) else Config(dict(cfg)))
        recipe_hook_of(cfg)
        with plain_loading():
            reasons = apply_recipe(cfg)
            runner = super().from_cfg(cfg)
        for reason in reasons:
            runner.logger.info(f'Recipe: {reason}.')
        return runner

    @plain_loading()
    def train(self):
        """As mmengine's; whatever is loaded is loaded as plain data."""
        return super().train()

    @plain_loading()
    def val(self):
        """See :meth:`train`."""
        return super().val()

    @plain_loading()
    def test(self):
        """See :meth:`train`."""
        return super().test()

    @plain_loading()
    def load_checkpoint(self, *args, **kwargs):
        """See :meth:`train`."""
        return super().load_checkpoint(*args, **kwargs)

    @plain_loading()
    def resume(self, *args, **kwargs):
        """See :meth:`train`."""
        return super().resume(*args, **kwargs)


@RUNNERS.register_module()
class DFERRunner(_OurRunner, Runner):
    """mmengine's runner, of a config with a recipe.

    A config names it in ``runner_type``, which mmaction2's ``train.py`` and ``test.py``
    honour, and ``RUNNERS.build(cfg)`` too.
    """


@RUNNERS.register_module()
class FlexibleDFERRunner(_OurRunner, FlexibleRunner):
    """mmengine's runner for FSDP, DeepSpeed and others, of a config with a recipe."""
