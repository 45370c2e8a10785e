"""Every command of the benchmark calls what measures it with arguments that fit."""

import inspect
import runpy
from pathlib import Path

import pytest
from mmengine.config import Config

from lab.benchmark import (
    accelerator,
    against,
    data,
    frozen,
    growth,
    tower,
    waiting,
)
from lab.benchmark.pairs import Results
from lab.paths import LAB
from tgdfer_mm.engine import glibc_memory

TOOL = LAB / 'tools/benchmark.py'
COMMANDS = {
    'tower': tower.tower_rows,
    'against checkout': against.against_rows,
    'options': tower.option_rows,
    'decoders': data.decoder_rows,
    'loader': data.loader_rows,
    'packed': data.packed_rows,
    'waiting': waiting.wait_rows,
    'cached': frozen.cached_rows,
    'many': frozen.many_rows,
    'growth': growth.growth_rows,
    'accelerator --device cuda': accelerator.accelerator_rows,
}
KINDS = dict(
    results=Results,
    cfg=Config,
    b16=Config,
    b32=Config,
    folder=Path,
    clips=int,
    pairs=int,
    device=str,
    bf16=bool,
)


@pytest.fixture(autouse=True)
def kept(monkeypatch):
    """Calls that would change how this whole process gets its memory."""
    calls = []
    monkeypatch.setattr(glibc_memory, 'keep_freed_memory', lambda: calls.append(1))
    return calls


@pytest.mark.parametrize('command', COMMANDS)
def test_a_command_measures_what_it_is_named_for(command, monkeypatch):
    measure = COMMANDS[command]
    called = []

    def record(*args, **kwargs):
        called.append(inspect.signature(measure).bind(*args, **kwargs).arguments)

    module = inspect.getmodule(measure)
    monkeypatch.setattr(module, measure.__name__, record)
    runpy.run_path(str(TOOL))['main'](command.split())
    (given,) = called
    for name in given.keys() & KINDS.keys():
        assert isinstance(given[name], KINDS[name]), name


def test_options_that_a_command_does_not_read_are_refused(capsys):
    for words in ('growth --pairs 3', 'decoders --device cuda', 'many --folds 6'):
        with pytest.raises(SystemExit):
            runpy.run_path(str(TOOL))['main'](words.split())
        assert words.split()[1] in capsys.readouterr().err


@pytest.mark.parametrize(
    ('command', 'keeps'),
    [
        ('tower --device cpu', 1),
        ('tower --device cuda', 0),
        ('loader', 0),
    ],
)
def test_models_on_cpu_are_measured_as_they_are_trained(
    command, keeps, kept, monkeypatch
):
    for rows in (tower.tower_rows, data.loader_rows):
        monkeypatch.setattr(
            inspect.getmodule(rows), rows.__name__, lambda *args, **kwargs: None
        )
    runpy.run_path(str(TOOL))['main'](command.split())
    assert len(kept) == keeps
