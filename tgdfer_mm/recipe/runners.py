"""Runners that apply a config's recipe before they build anything of it."""

import copy
import weakref
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from mmengine.config import Config
from mmengine.registry import RUNNERS
from mmengine.runner import FlexibleRunner, Runner

from ..features.processes import start_processes
from ..plain_checkpoints import plain_loading
from ..registry import DATASETS
from ..run_config.lazy import settle_lazy
from ..run_config.walk import data_sets
from .apply import apply_recipe, located, work_folder_of
from .console import keep_long_parts_off_the_screen
from .hook import recipe_hook_of
from .work_folder import work_folder_held

# What mmengine's strategies look at before any run, training too.
_STARTS_WEIGHTS = 'init_weights_for_test_or_val'


class ResumeError(RuntimeError):
    """A run that cannot go on from where it should."""

    exit_code = 2  # of a command


class _OurRunner:
    """Applies the recipe, logs what it changed, and loads plain checkpoints only.

    The work folder is held from before anything is prepared until the run has ended.
    """

    _hold: ExitStack | None = None
    _config_to_write: Config | None = None

    @classmethod
    def from_cfg(cls, cfg: Config | Mapping) -> Runner:
        """Builds a runner of what the config's recipe makes of it.

        Args:
            cfg: Config of a run; stays as it is.

        Raises:
            ValueError: See :func:`~tgdfer_mm.recipe.apply_recipe`.
            BusyError: If another run has the work folder.
        """
        cfg = copy.deepcopy(cfg if isinstance(cfg, Config) else Config(dict(cfg)))
        settle_lazy(cfg)
        recipe_hook_of(cfg)
        start_processes(cfg)
        with ExitStack() as hold, plain_loading():
            folder = work_folder_of(cfg)
            if folder is not None:
                hold.enter_context(work_folder_held(folder))
            _require_data(located(cfg))
            reasons = apply_recipe(cfg)
            runner = super().from_cfg(cfg)
            runner._hold = hold.pop_all()
        weakref.finalize(runner, runner._hold.close)
        for reason in reasons:
            runner.logger.info(f'Recipe: {reason}.')
        return runner

    def dump_config(self) -> None:
        """Writes the config; one that is there stays until the run may go on.

        A run that is refused, such as one that resumes with other classes, leaves its
        work folder with the config that its checkpoints have.
        """
        name = Path(self.cfg.filename or '').name
        if name and Path(self.work_dir, name).exists():
            self._config_to_write = copy.deepcopy(self.cfg)
        else:
            super().dump_config()

    def load_or_resume(self) -> None:
        """As mmengine's; then writes a config that has waited for it."""
        super().load_or_resume()
        cfg, self._config_to_write = self._config_to_write, None
        if cfg is not None and self.rank == 0:
            cfg.dump(Path(self.work_dir, Path(cfg.filename).name))

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        """While it runs: holds the work folder, and loads plain data only."""
        try:
            with work_folder_held(self.work_dir), plain_loading():
                yield
        finally:
            if self._hold is not None:
                self._hold.close()

    def train(self):
        """As mmengine's; whatever is loaded is loaded as plain data."""
        with self._at_work():
            return super().train()

    def val(self):
        """See :meth:`train`."""
        with self._at_work():
            return super().val()

    def test(self):
        """See :meth:`train`."""
        with self._at_work():
            return super().test()

    @plain_loading()
    def load_checkpoint(self, *args, **kwargs):
        """See :meth:`train`."""
        return super().load_checkpoint(*args, **kwargs)

    def resume(self, filename, *args, **kwargs):
        """See :meth:`train`.

        Raises:
            ResumeError: If the checkpoint lacks something, or has it in another form.
        """
        try:
            with plain_loading():
                return super().resume(filename, *args, **kwargs)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            if hasattr(error, 'exit_code'):
                raise
            raise ResumeError(
                f'{filename} cannot be resumed from: it is no checkpoint of a '
                f'training with this config ({type(error).__name__}: {error}). To '
                'start from its weights alone, set load_from in the config.'
            ) from error


def _require_data(cfg: Config) -> None:
    """Refuses a run whose data are missing before anything is logged or written."""
    # A type or an argument that is unknown is what the runner will say.
    with suppress(KeyError, TypeError):
        for data_set in data_sets(cfg):
            kind = DATASETS.get(data_set.config['type'])
            if hasattr(kind, 'require_data'):
                kind.require_data(**data_set.config)


@RUNNERS.register_module()
class DFERRunner(_OurRunner, Runner):
    """mmengine's runner, of a config with a recipe.

    A config names it in ``runner_type``, which mmaction2's ``train.py`` and ``test.py``
    honour, and ``RUNNERS.build(cfg)`` too.
    """

    def build_logger(self, *args, **kwargs):
        """As mmengine's, with a screen that can be read."""
        logger = super().build_logger(*args, **kwargs)
        keep_long_parts_off_the_screen(logger)
        return logger


@RUNNERS.register_module()
class FlexibleDFERRunner(_OurRunner, FlexibleRunner):
    """mmengine's runner for FSDP and other strategies, of a config with a recipe."""

    def train(self):
        """As mmengine's; no weights are fetched that a checkpoint to resume has."""
        self.call_hook('before_build')  # of ours, to choose the checkpoint
        if self._resume:
            self.strategy.dispatch_kwargs[_STARTS_WEIGHTS] = False
        return super().train()

    def val(self):
        """As mmengine's other runner: the weights are those of a checkpoint."""
        self.cfg[_STARTS_WEIGHTS] = False
        return super().val()

    def test(self):
        """See :meth:`val`."""
        self.cfg[_STARTS_WEIGHTS] = False
        return super().test()
