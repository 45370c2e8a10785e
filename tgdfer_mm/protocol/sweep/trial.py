"""One trial of a sweep: a training that is validated on held-out training clips."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...locks import HOLDER, my_name
from ...run_config.walk import LOADERS, data_sets
from ..launch import folder_lock, run_command
from .space import SweepError

RESULT = 'confusion_matrix.json'  # written only after the last epoch
LOG = 'sweep.log'


def validating_on_train(share: float) -> dict[str, Any]:
    """Changes to a config so that it validates on training clips, and does not test.

    Args:
        share: Share of the training fold that is used for validation.
    """
    return {
        'train_dataloader.dataset.val_part': share,
        'val_dataloader.dataset.subset': 'val',
        'val_dataloader.dataset.val_part': share,
        'test_dataloader': None,
        'test_evaluator': None,
        'test_cfg': None,
    }


def check_split(cfg: Mapping, name: str, share: float) -> None:
    """Checks that a part of a config's training clips can be held out.

    Args:
        cfg: The config.
        name: Name of the config in the message.
        share: Share of the training fold that is used for validation.

    Raises:
        SweepError: The share is not valid, or a loader does not have a single data set.
    """
    if not 0 < share < 1:
        raise SweepError(f'--val-part {share:g}: must be between 0 and 1.')
    for loader in LOADERS[:2]:
        if [each.where for each in data_sets(cfg, loader)] != [f'{loader}.dataset']:
            raise SweepError(
                f'{name}: a sweep holds out a part of {loader}.dataset, which must be '
                'a data set of this package without a wrapper.'
            )


def check_keys(cfg: Mapping, name: str, keys: Iterable[str]) -> None:
    """Checks that a config has all keys, because a new key would change nothing.

    Args:
        cfg: The config, of plain dicts and lists.
        name: Name of the config in the message.
        keys: Keys such as ``optim_wrapper.optimizer.lr``.

    Raises:
        SweepError: The config lacks a key. The message names the key.
    """
    for key in keys:
        node = cfg
        for part in key.split('.'):
            if isinstance(node, list) and part.isdecimal() and int(part) < len(node):
                node = node[int(part)]
            elif isinstance(node, Mapping) and part in node:
                node = node[part]
            else:
                raise SweepError(f'{name} has no {key!r}, so it cannot be searched.')


def train_trial(command: Sequence[str], folder: Path) -> float:
    """Trains in a separate process.

    If a training of an earlier sweep still runs, this function waits for it. A finished
    training is not repeated.

    Args:
        command: The command line.
        folder: Work folder of the trial.

    Returns:
        UAR on the validation clips, %.

    Raises:
        RuntimeError: The training failed. The message has the last line of its output.
    """
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / LOG
    with folder_lock(folder, wait=True) as lock:
        results = list(folder.rglob(RESULT))
        if not results:
            env = os.environ | {HOLDER: my_name()}
            code = run_command(command, log, lock, env, watch=lambda: None)
            results = list(folder.rglob(RESULT))
            if code or not results:
                lines = log.read_text(encoding='utf-8', errors='replace').split('\n')
                said = [line for line in lines if line.strip()]
                raise RuntimeError((said or [f'exit code {code}'])[-1][:300])
    return float(json.loads(results[0].read_text(encoding='utf-8'))['UAR'])
