"""Reads the work folder of a training as a model: its config and chosen weights."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from mmengine.logging import print_log

from ..engine.selection_hook import BEST, RECORD
from ..files import DamagedFileError, read_json
from ..video.errors import InputError

_DEPTH = 3  # <protocol>/seed<n>/fold<n>
_EPOCH = re.compile(r'(?:best_)?epoch_(\d+)\.pth')


@dataclass(frozen=True)
class TrainedRun:
    """A training in a work folder.

    Attributes:
        name: Name of the model: the folder that the user named.
        folder: The folder of this run.
        config: Its config.
        checkpoint: The weights.
        finished: Whether it has ended and was tested.
        selection: Rule and results of the chosen epoch of a finished training; empty if
            it is not finished.
        test_clips: Number of clips of its test; None if it is unknown.
    """

    name: str
    folder: Path
    config: Path
    checkpoint: Path
    finished: bool
    selection: dict = field(default_factory=dict)
    test_clips: int | None = None


def find_run(folder: str | Path) -> TrainedRun:
    """Finds the training in a work folder; of several, the newest finished one.

    A finished training has chosen an epoch. If none is finished, the newest checkpoint
    is taken. A note names the training that was taken, and tells if it is not finished.

    Args:
        folder: A work folder, or one with those of folds and seeds in it.

    Raises:
        InputError: There is no training in it, or it is damaged.
    """
    folder = Path(os.path.expanduser(folder))
    found = [_read(path, folder) for path in _candidates(folder)]
    runs = [each for each in found if each is not None]
    if not runs:
        raise InputError(
            f'{folder}: this is not the work folder of a training, and has none below '
            'it: a config (*.py) and a checkpoint (epoch_*.pth) are missing. Name the '
            'folder that `tgdfer train` has written to'
        )
    finished = [each for each in runs if each.finished]
    run = max(finished or runs, key=lambda each: each.checkpoint.stat().st_mtime)
    said = f'{run.checkpoint} is the model.'
    if len(runs) > 1:
        said += (
            f' It is the newest of the {len(finished or runs)} '
            f'{"finished " if finished else ""}trainings in {folder}.'
        )
    if not run.finished:
        said += ' That training is not finished.'
    print_log(said, logger='current')
    return run


def _candidates(folder: Path) -> list[Path]:
    """The folder and those below it, as deep as the runs of a protocol."""
    patterns = ['/'.join(['*'] * depth) for depth in range(1, _DEPTH + 1)]
    below = [path for each in patterns for path in folder.glob(each) if path.is_dir()]
    return [folder, *sorted(below)]


def _read(path: Path, named: Path) -> TrainedRun | None:
    configs = sorted(path.glob('*.py'))
    checkpoints = {
        int(match[1]): each
        for each in sorted(path.glob('*.pth'), reverse=True)
        if (match := _EPOCH.fullmatch(each.name))
    }
    if not configs or not checkpoints:
        return None
    if len(configs) > 1:
        names = ', '.join(each.name for each in configs)
        raise InputError(
            f'{path} has several configs, {names}: give the one that is meant as '
            '--model, and its weights by --checkpoint'
        )
    chosen, selection = _chosen(path)
    checkpoint = chosen or checkpoints[max(checkpoints)]
    name = named.absolute().name
    finished = chosen is not None
    clips = _count(path / 'predictions.jsonl') if finished else None
    return TrainedRun(name, path, configs[0], checkpoint, finished, selection, clips)


def _count(path: Path) -> int | None:
    if not path.is_file():
        return None
    with path.open('rb') as file:
        return sum(1 for line in file if line.strip())


def _chosen(path: Path) -> tuple[Path | None, dict]:
    """The checkpoint that a finished training has chosen, and the record of it."""
    if not (path / RECORD).is_file():
        return None, {}
    try:
        record = read_json(path / RECORD, 'rule')
    except DamagedFileError as error:
        raise InputError(str(error)) from error
    epoch = record.get('epoch')
    if 'test' not in record or not isinstance(epoch, int):
        return None, {}
    last = record['rule'] == 'last'
    name = f'epoch_{epoch}.pth' if last else BEST.format(epoch)
    if not (path / name).is_file():
        raise InputError(
            f'{path}: {name}, the epoch that was chosen ({RECORD}), is missing. Give '
            'the config as --model and other weights by --checkpoint'
        )
    return path / name, record
