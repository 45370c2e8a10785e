"""Checkpoints from which training resumes exactly."""

from collections import deque
from pathlib import Path

from mmengine.dataset import worker_init_fn as constant_worker_seed
from mmengine.dist import (
    all_gather_object,
    get_rank,
    get_world_size,
    is_main_process,
)
from mmengine.hooks import CheckpointHook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from torch.utils.data import DataLoader, Sampler

from ..features.processes import as_one
from ..random_state import get_random_state, set_random_state
from ..recipe.runners import ResumeError
from ..registry import HOOKS
from .checkpoint import (
    find_resumable,
    give_states_a_dimension,
    module_to_fill,
    weights_misfit,
)
from .early_stopping import note_early_stopping, take_up_early_stopping
from .plain_data import from_plain, to_plain


@HOOKS.register_module()
class ExactCheckpointHook(CheckpointHook):
    """Saves plain data only, atomically, and resumes exactly.

    In addition to the content of mmengine's hook a checkpoint holds the random states
    of every rank and the seed of the sampler. Nothing in it needs unpickling. The
    states are those at the end of the epoch, and every epoch starts from them. So a
    resumed run and an uninterrupted one draw the same numbers, and evaluation in
    between changes neither. A file replaces an older one only after it is complete. Old
    checkpoints are removed after that.

    A run resumes from the newest checkpoint that loads, and not from the name in
    ``last_checkpoint``. The weights are then not initialised first, which could need a
    download. The counts of ``EarlyStoppingHook`` are kept, so a run that it has stopped
    stays stopped. Other parts that depend on an evaluation (``ReduceOnPlateauLR``) are
    not exact: a resumed run does not repeat the last evaluation.

    Args:
        interval: Epochs between two checkpoints.
        max_keep_ckpts: Number of checkpoints that are kept, at least 2, or -1 for all.
        backend_args: The backend that writes files.
        **kwargs: Further arguments of mmengine's ``CheckpointHook``.

    Raises:
        ValueError: Fewer than 2 checkpoints would be kept, or checkpoints would be
            saved by iterations. These cannot resume exactly, because the state of
            loader workers in the middle of an epoch is not accessible.
    """

    def __init__(
        self,
        interval: int = 1,
        max_keep_ckpts: int = -1,
        backend_args: dict | None = None,
        **kwargs,
    ) -> None:
        if max_keep_ckpts != -1 and max_keep_ckpts < 2:
            raise ValueError(
                f'max_keep_ckpts={max_keep_ckpts}: keep at least 2 checkpoints (or -1, '
                'all of them), in case the newest turns out to be damaged.'
            )
        if not kwargs.get('by_epoch', True):
            raise ValueError(
                'by_epoch=False: only checkpoints at the end of an epoch resume '
                'exactly; use by_epoch=True.'
            )
        super().__init__(
            interval=interval,
            max_keep_ckpts=max_keep_ckpts,
            backend_args=backend_args or dict(backend='atomic'),
            **kwargs,
        )
        self._own_state: dict | None = None
        self._all_states: list[dict] | None = None

    # Resuming.

    def before_run(self, runner: Runner) -> None:
        """Chooses the checkpoint to resume from."""
        if not isinstance(runner, Runner):  # FlexibleRunner has already loaded it
            return
        self.before_build(runner)
        if runner._resume:
            # The checkpoint has every weight (`after_load_checkpoint` checks it).
            _unwrapped(runner).init_weights = lambda: None

    def before_build(self, runner: Runner) -> None:
        """Chooses the checkpoint; `FlexibleDFERRunner` has no model earlier."""
        if runner._resume and runner._load_from is None:
            folder = Path(runner.work_dir)
            if self.out_dir is not None:  # see mmengine's `before_train`
                folder = Path(self.out_dir, folder.name)
            path, skipped = as_one(find_resumable, folder, self.filename_tmpl)
            for damaged, why in skipped.items():
                runner.logger.warning(
                    f'{damaged} is skipped because it does not load: {why}'
                )
            if path is None:
                runner.logger.info(
                    f'{folder} has no checkpoint to resume from; training starts at '
                    'the beginning.'
                )
                runner._resume = False
                return
            runner._load_from = str(path)

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Restores the objects that :meth:`before_save_checkpoint` made plain."""
        for key in ('message_hub', 'meta'):
            if key in checkpoint:
                checkpoint[key] = from_plain(checkpoint[key])
        if not runner._resume:
            return
        give_states_a_dimension(checkpoint.get('optimizer') or {})
        model = module_to_fill(runner)
        misfit = model is not None and weights_misfit(model, checkpoint)
        if misfit:
            raise ResumeError(f'{runner._load_from} cannot be resumed from: {misfit}')
        exact = checkpoint.get('exact')
        if exact is None:
            runner.logger.warning(
                f'{runner._load_from} holds no random states (it was not saved by '
                'ExactCheckpointHook): training goes on, but not exactly.'
            )
            return
        sampler = _seeded_sampler(runner.train_dataloader)
        if sampler is not None and exact['sampler_seed'] is not None:
            # Setting the run's seed comes too late, because the loader exists already.
            sampler.seed = exact['sampler_seed']
        states = from_plain(exact['random_states'])
        if len(states) == get_world_size():
            self._own_state = states[get_rank()]
        else:
            runner.logger.warning(
                f'{runner._load_from} comes from {len(states)} processes, this run has '
                f'{get_world_size()}: training goes on, but not exactly.'
            )

    # Training.

    def before_train(self, runner: Runner) -> None:
        """Warns about settings with which a resumed run would differ."""
        super().before_train(runner)
        take_up_early_stopping(runner)
        loader = runner.train_dataloader
        init = getattr(loader.worker_init_fn, 'func', loader.worker_init_fn)
        wrong = []
        if loader.num_workers > 0 and loader.persistent_workers:
            wrong.append('train_dataloader.persistent_workers=True (set it to False)')
        if loader.num_workers > 0 and init is constant_worker_seed:
            wrong.append(
                'the default worker_init_fn, which also gives the same random '
                "numbers in every epoch (use dict(type='seed_worker_from_torch'))"
            )
        steps = getattr(runner.optim_wrapper, '_accumulative_counts', 1)
        if len(loader) % steps:
            wrong.append(
                f'accumulative_counts={steps}, which does not divide the {len(loader)} '
                'batches of an epoch'
            )
        if wrong:
            runner.logger.warning(
                'If this run is resumed, the result will not be exact because of '
                f'{"; ".join(wrong)}.'
            )

    def before_train_epoch(self, runner: Runner) -> None:
        """Starts from the random states of the last epoch's end."""
        if runner.epoch:
            note_early_stopping(runner)
        if self._own_state is not None:
            set_random_state(self._own_state)

    def after_train_epoch(self, runner: Runner) -> None:
        """Stores the random states, then saves."""
        self._own_state = get_random_state()
        super().after_train_epoch(runner)

    def after_train(self, runner: Runner) -> None:
        """Stores whether the run was stopped early, before the test."""
        note_early_stopping(runner)
        super().after_train(runner)

    # Saving.

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Makes everything except the weights plain; this hook comes last."""
        checkpoint['exact'] = dict(
            sampler_seed=getattr(
                _seeded_sampler(runner.train_dataloader), 'seed', None
            ),
            random_states=self._all_states or [],
        )
        for key, value in checkpoint.items():
            if not key.endswith('state_dict'):
                checkpoint[key] = to_plain(value, f'checkpoint[{key!r}]')

    def _save_checkpoint_with_step(self, runner: Runner, step: int, meta: dict) -> None:
        # This replaces mmengine's method, which removes the oldest file before it
        # writes the new one. All ranks call it; `runner.save_checkpoint` works only on
        # the master.
        self._all_states = all_gather_object(self._own_state)
        name = self.filename_tmpl.format(step)
        self.last_ckpt = self.file_backend.join_path(self.out_dir, name)
        outdated: list[int] = []
        if self.max_keep_ckpts > 0:
            steps = [kept for kept in self.keep_ckpt_ids if kept != step] + [step]
            outdated = steps[: -self.max_keep_ckpts]
            self.keep_ckpt_ids = deque(steps, self.max_keep_ckpts)
            runner.message_hub.update_info('keep_ckpt_ids', list(self.keep_ckpt_ids))
        runner.message_hub.update_info('last_ckpt', self.last_ckpt)
        runner.save_checkpoint(
            self.out_dir,
            name,
            save_optimizer=self.save_optimizer,
            save_param_scheduler=self.save_param_scheduler,
            meta=meta,
            by_epoch=self.by_epoch,
            backend_args=self.backend_args,
            **self.args,
        )
        if is_main_process():
            self.file_backend.put_text(
                self.last_ckpt, str(Path(runner.work_dir, 'last_checkpoint'))
            )
            for old in outdated:
                path = self.file_backend.join_path(
                    self.out_dir, self.filename_tmpl.format(old)
                )
                if self.file_backend.isfile(path):
                    self.file_backend.remove(path)
                elif self.file_backend.isdir(path):  # DeepSpeed's
                    self.file_backend.rmtree(path)


def _unwrapped(runner: Runner):
    return runner.model.module if is_model_wrapper(runner.model) else runner.model


def _seeded_sampler(loader: DataLoader) -> Sampler | None:
    for sampler in (loader.sampler, getattr(loader.batch_sampler, 'sampler', None)):
        if hasattr(sampler, 'seed'):
            return sampler
    return None
