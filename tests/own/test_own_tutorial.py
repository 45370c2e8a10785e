"""The commands of the tutorial do what its page says; lab/tools has the whole of it."""

import shlex
import sys
from runpy import run_path

import pytest

from lab.paths import ROOT
from lab.tutorials import page_commands
from tgdfer_cli.main import main
from tgdfer_mm.commands import config as command_config
from tgdfer_mm.files import read_json

CLASSES = 'happy', 'surprise', 'angry'
# Word for word but for what makes it short: nine clips and two epochs.
SHORT = {
    'make_videos.py': ['--clips', '3'],
    'train': ['--cfg-options', 'train_cfg.max_epochs=2', 'train_cfg.val_interval=2'],
}


@pytest.fixture
def run_here(tmp_path, monkeypatch):
    """Runs a command in this process, which has imported what takes seconds."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, 'path', [*sys.path])
    monkeypatch.setattr(command_config, 'keep_freed_memory', lambda: None)

    def run(command, *more):
        program, *words = [*shlex.split(command), *more]
        if program == 'tgdfer':
            assert main(words) == 0
        else:
            monkeypatch.setattr(sys, 'argv', words)
            run_path(str(ROOT / words[0]), run_name='__main__')

    return run


def test_the_commands_lead_from_raw_videos_to_a_model_that_names_the_classes(
    run_here, tmp_path
):
    *steps, folds = page_commands('own_tutorial.md')
    for command in steps:
        more = [SHORT[key] for key in SHORT if key in command.replace('data/', '')]
        run_here(command, *(more[0] if more else ()))
    assert len(list(tmp_path.glob('data/mine/*/*/*/000001.jpg'))) == 9
    [log] = [p.read_text(encoding='utf-8') for p in tmp_path.rglob('*.log')]
    assert 'tgdfer infer VIDEO --model work_dirs/tgdfer_own/fold1' in log
    [found] = [p for p in tmp_path.rglob('result.json') if 'new_video' in str(p)]
    result = read_json(found, 'model')
    assert sorted(result['model']['classes']) == sorted(CLASSES)
    [track] = result['tracks']
    assert track['label'] in CLASSES
    assert folds.startswith('tgdfer folds tgdfer_own --data data/mine ')


def test_the_three_commands_are_those_of_the_page():
    page = (ROOT / 'docs/own.md').read_text(encoding='utf-8')
    lines = [line.partition('#')[0].rstrip() for line in page.splitlines()]
    _, faces, train, infer, _ = page_commands('own_tutorial.md')
    for command in (faces, train, infer):
        assert command.removesuffix(' --tower small') in lines
