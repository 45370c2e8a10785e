"""One trial of a sweep: a training judged on training clips that are held out."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...locks import HOLDER, my_name
from ...run_config.walk import LOADERS, data_sets
from ..launch import folder_lock, run_command
from .space import SweepError

RESULT = 'confusion_matrix.json'  # written after the last epoch and not before
LOG = 'sweep.log'


def validating_on_train(share: float) -> dict[str, Any]:
    """Changes to a config after which it validates on training clips, and tests none.

    Args:
        share: Share of the training fold that validates.
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
    """Looks whether a part of a config's training clips can be held out.

    Args:
        cfg: The config.
        name: What the message calls it.
        share: Share of the training fold that validates.

    Raises:
        SweepError: The share is none, or a loader has not one data set.
    """
    if not 0 < share < 1:
        raise SweepError(f'--val-part {share:g}: has to be between 0 and 1.')
    for loader in LOADERS[:2]:
        if [each.where for each in data_sets(cfg, loader)] != [f'{loader}.dataset']:
            raise SweepError(
                f'{name}: a sweep holds out a part of the data set at '
                f'{loader}.dataset, which has to be one of this package, without a '
                'wrapper around it.'
            )


def check_keys(cfg: Mapping, name: str, keys: Iterable[str]) -> None:
    """Looks whether a config has all keys: a new one would change nothing.

    Args:
        cfg: The config, of plain dicts and lists.
        name: What the message calls it.
        keys: Such as ``optim_wrapper.optimizer.lr``.

    Raises:
        SweepError: It lacks one; names it.
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
    """Trains in a process of its own.

    A training that outlived an earlier sweep is waited for. What it finished is not
    trained again.

    Args:
        command: The command line.
        folder: Work folder of the trial.

    Returns:
        UAR on the validation clips, %.

    Raises:
        RuntimeError: The training failed; with the last line that it wrote.
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
