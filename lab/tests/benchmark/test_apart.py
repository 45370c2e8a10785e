"""Steps of another process are taken when they are asked for, and fail here."""

import importlib
import os
import sys

import pytest

from lab.benchmark.apart import Apart

OTHER = """
import os
import sys


def make_steps(path):
    sys.path.insert(0, 'a folder of its own')

    def note():
        with open(path, 'a') as file:
            file.write(f'{os.getpid()} ')

    def fail():
        raise EOFError('in the step')

    return dict(note=note, fail=fail)


def refuse():
    raise SystemExit('a package is absent')
"""


@pytest.fixture
def other(tmp_path, monkeypatch):
    (tmp_path / 'other_steps.py').write_text(OTHER)
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module('other_steps')
    del sys.modules['other_steps']


def test_a_step_is_done_elsewhere_by_the_time_it_returns(other, tmp_path, capfd):
    notes = tmp_path / 'notes'
    with Apart(other.make_steps, notes) as apart:
        note = apart.step('note')
        for count in (1, 2):
            note()
            processes = notes.read_text().split()
            assert len(processes) == count
        for failing in ('fail', 'note'):  # it has ended, and says so again
            with pytest.raises(RuntimeError, match='other_steps.make_steps.*code 1'):
                apart.step(failing)()
    assert 'EOFError: in the step' in capfd.readouterr().err
    assert len({*processes}) == 1 and processes[0] != str(os.getpid())
    assert 'a folder of its own' not in sys.path


def test_what_it_refuses_is_refused_here(other):
    with pytest.raises(SystemExit, match='a package is absent'):
        Apart(other.refuse)
