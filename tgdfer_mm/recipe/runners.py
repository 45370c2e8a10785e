"""Runners that apply a config's recipe before they build anything."""

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

# Keys that mmengine's strategies read before any run, also training.
_STARTS_WEIGHTS = 'init_weights_for_test_or_val'


class ResumeError(RuntimeError):
    """A run cannot be resumed."""

    exit_code = 2  # of a command


class _OurRunner:
    """A mixin that applies the recipe, logs its changes, and loads plain data only.

    The work folder is locked before preparations begin and until the run ends.
    """

    _hold: ExitStack | None = None
    _config_to_write: Config | None = None

    @classmethod
    def from_cfg(cls, cfg: Config | Mapping) -> Runner:
        """Builds a runner from the config after its recipe is applied.

        Args:
            cfg: Config of a run; not changed.

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
        """Writes the config; an existing file stays until the run may start.

        If a run is refused, for example because it resumes with other classes, its work
        folder keeps the config of its checkpoints.
        """
        name = Path(self.cfg.filename or '').name
        if name and Path(self.work_dir, name).exists():
            self._config_to_write = copy.deepcopy(self.cfg)
        else:
            super().dump_config()

    def load_or_resume(self) -> None:
        """As in mmengine; then writes the config if it has not been written yet."""
        super().load_or_resume()
        cfg, self._config_to_write = self._config_to_write, None
        if cfg is not None and self.rank == 0:
            cfg.dump(Path(self.work_dir, Path(cfg.filename).name))

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        """A context for a run: locks the work folder, and loads plain data only."""
        try:
            with work_folder_held(self.work_dir), plain_loading():
                yield
        finally:
            if self._hold is not None:
                self._hold.close()

    def train(self):
        """As in mmengine, but files are loaded as plain data only."""
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
            ResumeError: If the checkpoint lacks something, or has another form.
        """
        try:
            with plain_loading():
                return super().resume(filename, *args, **kwargs)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            if hasattr(error, 'exit_code'):
                raise
            raise ResumeError(
                f'{filename} cannot be resumed: it is not a checkpoint of a training '
                f'with this config ({type(error).__name__}: {error}). To use only its '
                'weights, set load_from in the config.'
            ) from error


def _require_data(cfg: Config) -> None:
    """Refuses a run with missing data before anything is logged or written."""
    # The runner reports unknown types and arguments.
    with suppress(KeyError, TypeError):
        for data_set in data_sets(cfg):
            kind = DATASETS.get(data_set.config['type'])
            if hasattr(kind, 'require_data'):
                kind.require_data(**data_set.config)


@RUNNERS.register_module()
class DFERRunner(_OurRunner, Runner):
    """mmengine's runner, which applies the config's recipe.

    A config names it in ``runner_type``, which mmaction2's ``train.py`` and ``test.py``
    and ``RUNNERS.build(cfg)`` use.
    """

    def build_logger(self, *args, **kwargs):
        """As in mmengine, with less output on the screen."""
        logger = super().build_logger(*args, **kwargs)
        keep_long_parts_off_the_screen(logger)
        return logger


@RUNNERS.register_module()
class FlexibleDFERRunner(_OurRunner, FlexibleRunner):
    """mmengine's runner for FSDP and other strategies, which applies the recipe."""

    def train(self):
        """As in mmengine, but without fetching weights that a checkpoint has."""
        self.call_hook('before_build')  # our hook, which chooses the checkpoint
        if self._resume:
            self.strategy.dispatch_kwargs[_STARTS_WEIGHTS] = False
        return super().train()

    def val(self):
        """As in mmengine's other runner: the weights are those of a checkpoint."""
        self.cfg[_STARTS_WEIGHTS] = False
        return super().val()

    def test(self):
        """See :meth:`val`."""
        self.cfg[_STARTS_WEIGHTS] = False
        return super().test()
