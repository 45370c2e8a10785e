"""A work folder as a model: which of its trainings, and which epoch of it."""

import json
import os

import pytest

from tgdfer_mm.apis.trained_run import find_run
from tgdfer_mm.video.errors import InputError


def make(folder, *epochs, at=0, **record):
    """A work folder with these checkpoints, changed at some time."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / 'mine.py').write_text('')
    for name in epochs:
        (folder / name).write_bytes(b'')
        os.utime(folder / name, (at, at))
    if record:
        (folder / 'selection.json').write_text(json.dumps(record))
    return folder


def test_the_chosen_epoch_is_the_model(tmp_path):
    val = dict(rule='val', epoch=2, test={})
    make(tmp_path / 'a', 'best_epoch_2.pth', 'epoch_9.pth', **val)
    run = find_run(tmp_path / 'a')
    assert (run.checkpoint.name, run.name, run.finished) == (
        'best_epoch_2.pth',
        'a',
        True,
    )
    make(tmp_path / 'b', 'epoch_3.pth', rule='last', epoch=3, test={})
    assert find_run(tmp_path / 'b').checkpoint.name == 'epoch_3.pth'


def test_of_a_training_that_is_not_finished_the_newest_epoch_is_taken(tmp_path):
    make(tmp_path / 'a', 'epoch_9.pth', 'epoch_10.pth', rule='last')
    run = find_run(tmp_path / 'a')
    assert run.checkpoint.name == 'epoch_10.pth' and not run.finished


def test_of_several_folds_the_newest_finished_one_is_taken(tmp_path):
    last = dict(rule='last', epoch=1, test={})
    make(tmp_path / 'a/seed0/fold1', 'epoch_1.pth', at=100, **last)
    make(tmp_path / 'a/seed0/fold2', 'epoch_1.pth', at=200, **last)
    make(tmp_path / 'a/seed0/fold3', 'epoch_1.pth', at=300, rule='last')
    run = find_run(tmp_path / 'a')
    assert run.folder.name == 'fold2' and run.name == 'a'


def test_a_folder_that_is_no_work_folder_says_what_one_has(tmp_path):
    with pytest.raises(InputError, match='not the work folder of a training'):
        find_run(tmp_path)
    make(tmp_path, 'best_epoch_1.pth', rule='val', epoch=2, test={})
    with pytest.raises(InputError, match=r'best_epoch_2.pth, the epoch .* is missing'):
        find_run(tmp_path)
    (tmp_path / 'other.py').write_text('')
    with pytest.raises(InputError, match='several configs, mine.py, other.py'):
        find_run(tmp_path)
