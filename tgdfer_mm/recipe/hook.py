"""A run says by which recipe it was made, and notices if it was not applied."""

from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmengine.runner.base_loop import BaseLoop

from ..registry import HOOKS
from .apply import pending_changes
from .recipe import Recipe


@HOOKS.register_module()
class RecipeHook(Hook):
    """Keeps a config's recipe in its checkpoints and results.

    ``Runner.from_cfg(cfg)`` does not look at ``runner_type`` and so applies no recipe.
    Where the recipe would have changed something, such a run is refused.

    Raises:
        ValueError: The recipe has not been applied, and would have changed something.
    """

    priority = 'VERY_HIGH'

    def before_run(self, runner: Runner) -> None:
        """Refuses a run that is not what its recipe asks for."""
        pending = pending_changes(runner.cfg)
        if pending:
            raise ValueError(
                f'The recipe of {runner.cfg.filename or "this config"} has not been '
                f'applied, and it changes the run: {"; ".join(pending)}. '
                'Runner.from_cfg does not look at runner_type: build the runner with '
                'mmengine.registry.RUNNERS.build(cfg) (and '
                "runner_type='DFERRunner' in the config), or leave the recipe out."
            )

    def before_test(self, runner: Runner) -> None:
        """Notes the recipe next to the test's results."""
        if isinstance(runner._test_loop, BaseLoop):
            evaluator = runner._test_loop.evaluator
            evaluator.dataset_meta = dict(
                evaluator.dataset_meta or {}, recipe=Recipe.of(runner.cfg).facts()
            )

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Notes the recipe in the checkpoint."""
        checkpoint['meta']['recipe'] = Recipe.of(runner.cfg).facts()
