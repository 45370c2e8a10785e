"""The hook that records the recipe of a run and refuses another one."""

from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmengine.runner.base_loop import BaseLoop

from ..registry import HOOKS
from ..run_config.walk import hooks_of
from .apply import pending_changes
from .recipe import Recipe, RecipeError
from .run_fit import refuse_misfits

# Values of fields that are not set.
_DEFAULTS = dict(
    selection='last',
    precision='fp32',
    views='auto',
    feature_dtype='float32',
    feature_precision='fp32',
)
# These are about tests, or are looked at elsewhere (the fold and the pictures by
# CheckpointContractHook).
_NO_MATTER = ('fold', 'media', 'no_validate', 'on', 'on_folds', 'perturb_time', 'dump')


@HOOKS.register_module()
class RecipeHook(Hook):
    """A hook that records the recipe in checkpoints and results, and compares it.

    ``Runner.from_cfg(cfg)`` ignores ``runner_type`` and so does not apply the recipe.
    If the recipe would have changed something, such a run is refused. A run that
    resumes from a checkpoint with another recipe is refused, too.

    Args:
        allow_another: Whether a run may resume with another recipe; this is logged.

    Raises:
        ValueError: If the recipe has not been applied and would have changed something,
            or is not that of the checkpoint.
    """

    priority = 'VERY_HIGH'

    def __init__(self, allow_another: bool = False) -> None:
        self.allow_another = allow_another

    def before_run(self, runner: Runner) -> None:
        """Refuses a run whose recipe is not applied, or that would fail later."""
        pending = pending_changes(runner.cfg)
        if pending:
            raise RecipeError(
                f'The recipe of {runner.cfg.filename or "this config"} has not been '
                f'applied, and it changes the run: {"; ".join(pending)}. '
                'Runner.from_cfg ignores runner_type: build the runner with '
                "mmengine.registry.RUNNERS.build(cfg) (and runner_type='DFERRunner' "
                'in the config), or leave the recipe out.'
            )
        refuse_misfits(runner)

    def before_test(self, runner: Runner) -> None:
        """Records the recipe next to the test's results."""
        if isinstance(runner._test_loop, BaseLoop):
            evaluator = runner._test_loop.evaluator
            evaluator.dataset_meta = dict(
                evaluator.dataset_meta or {}, recipe=Recipe.of(runner.cfg).facts()
            )

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Records the recipe in the checkpoint."""
        checkpoint['meta']['recipe'] = Recipe.of(runner.cfg).facts()

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Refuses to resume with another recipe."""
        theirs = checkpoint.get('meta', {}).get('recipe')
        if not runner._resume or theirs is None:  # version 0.1 did not record it
            return
        changed = differences(theirs, Recipe.of(runner.cfg).facts())
        if not changed:
            return
        changed = '; '.join(changed)
        text = f'{runner._load_from} was trained with another recipe: {changed}'
        if not self.allow_another:
            raise RecipeError(
                f'{text}. To allow this, pass --allow-mismatch recipe (or '
                'allow_another=True to RecipeHook).'
            )
        runner.logger.warning(f'{text}; this is allowed.')


def differences(theirs: dict, ours: dict) -> list[str]:
    """Lists the fields in which two recipes differ for training.

    Args:
        theirs: Result of :meth:`Recipe.facts` for the checkpoint.
        ours: Result of :meth:`Recipe.facts` for this run.
    """
    theirs, ours = _DEFAULTS | theirs, _DEFAULTS | ours
    return [
        f'recipe.{name} was {theirs.get(name)!r} and is {ours.get(name)!r}'
        for name in sorted({*theirs, *ours} - set(_NO_MATTER))
        if theirs.get(name) != ours.get(name)
    ]


def recipe_hook_of(cfg: Config) -> dict:
    """The config of a run's RecipeHook, which is added if it is missing."""
    if not any(hooks_of(cfg, RecipeHook.__name__)):
        hooks = cfg.get('default_hooks') or {}
        cfg.default_hooks = dict(hooks, recipe=dict(type=RecipeHook.__name__))
    return next(hooks_of(cfg, RecipeHook.__name__))
