"""Keeps a training that was stopped early stopped when it is resumed."""

import json
from pathlib import Path

from mmengine.dist import master_only
from mmengine.hooks import EarlyStoppingHook
from mmengine.runner import Runner

from ..features.processes import as_one
from ..files import DamagedFileError, read_json, write_text

RECORD = 'early_stopping.json'
# The settings that decide when to stop.
_SETTINGS = ('monitor', 'rule', 'min_delta', 'patience', 'stopping_threshold')


@master_only
def note_early_stopping(runner: Runner) -> None:
    """Stores the counts of the early-stopping hooks."""
    hooks = [_state(hook) for hook in _hooks(runner)]
    if not hooks:
        return
    stopped = bool(runner.train_loop.stop_training)
    record = dict(epoch=runner.epoch, stopped=stopped, hooks=hooks)
    path = Path(runner.work_dir, RECORD)
    write_text(path, json.dumps(record, indent=2) + '\n')


def take_up_early_stopping(runner: Runner) -> None:
    """Lets the hooks of a resumed run go on counting; stops it if it had stopped.

    A run that was stopped goes on if a hook's settings have changed and no hook has
    reached its patience.
    """
    hooks = list(_hooks(runner))
    if not hooks or not runner.epoch:
        return
    record = as_one(_read_record, Path(runner.work_dir, RECORD))
    if not record or record['epoch'] != runner.epoch:
        runner.logger.warning(
            f'{RECORD} has no count of EarlyStoppingHook after epoch {runner.epoch}, '
            'so its count starts at zero.'
        )
        return
    kept, out_of_patience = len(hooks) == len(record['hooks']), False
    for hook, state in zip(hooks, record['hooks'], strict=False):
        kept = kept and all(state[name] == getattr(hook, name) for name in _SETTINGS)
        if (state['monitor'], state['rule']) == (hook.monitor, hook.rule):
            hook.wait_count, hook.best_score = state['wait_count'], state['best_score']
            out_of_patience = out_of_patience or hook.wait_count >= hook.patience
    if record['stopped'] and (kept or out_of_patience):
        runner.train_loop.stop_training = True
        runner.logger.info(
            f'This training was stopped early after epoch {runner.epoch} by '
            'EarlyStoppingHook, and does not go on. To train longer, raise the '
            'patience of this hook, or remove it.'
        )


def _hooks(runner: Runner):
    return (hook for hook in runner.hooks if isinstance(hook, EarlyStoppingHook))


def _state(hook: EarlyStoppingHook) -> dict:
    counted = dict(wait_count=hook.wait_count, best_score=float(hook.best_score))
    return {name: getattr(hook, name) for name in _SETTINGS} | counted


def _read_record(path: Path) -> dict | None:
    """The stored counts; None, and a warning, if they are absent or damaged."""
    try:
        return read_json(path, 'epoch', 'stopped', 'hooks')
    except DamagedFileError:
        return None
