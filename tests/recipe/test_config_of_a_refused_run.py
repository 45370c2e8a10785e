"""A run that is refused leaves its work folder as it was."""

import pytest
from mmengine.config import Config
from mmengine.runner import Runner

from tgdfer_mm.recipe.runners import DFERRunner


@pytest.fixture
def runner(tmp_path):
    """One that has not been built, over a folder with the config of another run."""
    (tmp_path / 'own.py').write_text('classes = 2\n')
    runner = DFERRunner.__new__(DFERRunner)
    runner.cfg = Config(dict(classes=3), 'classes = 3\n', 'configs/own.py')
    runner._work_dir, runner._rank = str(tmp_path), 0
    return runner


def classes(runner):
    return Config.fromfile(f'{runner.work_dir}/own.py').classes


def test_the_config_is_written_when_the_checkpoint_is_taken(runner, monkeypatch):
    monkeypatch.setattr(Runner, 'load_or_resume', lambda self: None)
    runner.dump_config()
    runner.cfg.classes = 4  # by a hook: the run began with 3
    assert classes(runner) == 2
    runner.load_or_resume()
    assert classes(runner) == 3


def test_the_config_stays_when_the_checkpoint_is_refused(runner, monkeypatch):
    def refuse(self):
        raise ValueError('other classes')

    monkeypatch.setattr(Runner, 'load_or_resume', refuse)
    runner.dump_config()
    with pytest.raises(ValueError, match='other classes'):
        runner.load_or_resume()
    assert classes(runner) == 2
