"""Steps of another process are taken when they are asked for, and fail here."""

import importlib
import os
import sys

import pytest

from tgdfer_mm.benchmark.against import released_steps
from tgdfer_mm.benchmark.apart import Apart

OTHER = """
import os
import sys


def make_steps(path):
    sys.path.insert(0, 'a folder of its own')

    def note():
        with open(path, 'a') as file:
            file.write(f'{os.getpid()} ')

    def fail():
        raise RuntimeError('of the other process')

    return dict(note=note, fail=fail)
"""


def test_a_step_is_done_elsewhere_by_the_time_it_returns(tmp_path, monkeypatch):
    (tmp_path / 'other_steps.py').write_text(OTHER)
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module('other_steps')
    notes = tmp_path / 'notes'
    with Apart(module.make_steps, notes) as other:
        note = other.step('note')
        for count in (1, 2):
            note()
            processes = notes.read_text().split()
            assert len(processes) == count
        with pytest.raises(RuntimeError, match='of the other process'):
            other.step('fail')()
    assert len({*processes}) == 1 and processes[0] != str(os.getpid())
    assert 'a folder of its own' not in sys.path
    assert not other._process.is_alive()


def test_a_folder_that_is_no_checkout_is_named(tmp_path):
    with pytest.raises(SystemExit, match='no checkout of DFER-CLIP'):
        Apart(released_steps, tmp_path, 32, (1, 1, 3, 224, 224), 'cpu')
