"""The fuzzer damages what it says, the same for the same seed, and notices a misuse."""

import random
from pathlib import Path

import pytest

from lab.fuzz.damage import HARMLESS, damages
from lab.fuzz.file_judge import _alike

TEXT = b'{"a/1": [1, 2.5, 30]}\n' * 9


@pytest.mark.parametrize('content', [TEXT, bytes(range(256)) * 40])
def test_every_damage_is_the_same_for_the_same_seed(content):
    for name, damage in damages(is_text=False).items():
        once, again = (damage(content, random.Random(3)) for _ in range(2))
        assert once == again and once != content, name


def test_the_harmless_ones_change_bytes_and_not_what_is_said():
    for name in HARMLESS:
        changed = damages(is_text=True)[name](TEXT, random.Random(0))
        assert changed != TEXT
        said = changed.decode('utf-8-sig').splitlines()
        assert said == TEXT.decode().splitlines()


def test_results_are_alike_up_to_rounding_only():
    assert _alike([('a', 1, [0.5])], [['a', 1, [0.500001]]])
    assert not _alike([('a', 1, [0.5])], [('a', 1, [0.51])])
    assert not _alike([('a', 1)], [('a', 2)]) and not _alike([1], [1, 2])
    assert not _alike(dict(a=None), dict(a=0.5))


def test_a_command_is_judged_by_its_end(tmp_path, monkeypatch):
    from lab.fuzz import child

    monkeypatch.setattr('tgdfer_cli.main.main', lambda words: len(words))
    log = Path(tmp_path, 'log')
    assert child.run_command(['a', 'b'], tmp_path, log) == 2

    def fail(words):
        raise KeyError('something')

    monkeypatch.setattr('tgdfer_cli.main.main', fail)
    assert child.run_command([], tmp_path, log) == 1
    assert 'Traceback' in log.read_text()
