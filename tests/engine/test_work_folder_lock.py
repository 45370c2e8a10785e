"""Two runs never write to the same work folder."""

import os

import pytest
from mmengine.config import Config
from mmengine.registry import RUNNERS

from tgdfer_mm.datasets.dfer_dataset import MissingDataError
from tgdfer_mm.features.processes import LauncherError, start_processes
from tgdfer_mm.locks import BusyError, open_locked
from tgdfer_mm.recipe.loading import load_config
from tgdfer_mm.recipe.work_folder import LOCK


@pytest.fixture
def other(tmp_path):
    """What another run does to the work folder."""
    folder = tmp_path / 'fold1'
    folder.mkdir()
    handle = open_locked(folder / LOCK, wait=False)
    yield folder
    os.close(handle)


@pytest.mark.parametrize(
    'command',
    [('train.py',), ('train.py', '--resume'), ('test.py', 'epoch_1.pth')],
    ids=lambda command: ' '.join(command),
)
def test_a_second_run_is_refused_before_anything_is_written(
    processes, other, tmp_path, command
):
    assert processes.run(*command, '--work-dir', tmp_path) == 2
    assert [path.name for path in other.iterdir()] == [LOCK]


def test_the_work_folder_is_held_from_the_start_to_the_end(
    uninterrupted, tmp_path, monkeypatch
):
    import standin  # noqa: F401  its classes

    assert not (uninterrupted / LOCK).exists()
    monkeypatch.setenv('CUDA_VISIBLE_DEVICES', '')
    cfg = Config.fromfile(uninterrupted / 'standin_config.py')
    cfg.work_dir = str(tmp_path / 'work')
    cfg.pop('settled_work_folder')
    cfg.train_cfg.max_epochs = 1
    folder = tmp_path / 'work/fold1'
    runner = RUNNERS.build(cfg)
    assert open_locked(folder / LOCK, wait=False) is None
    runner.train()
    handle = open_locked(folder / LOCK, wait=False)
    assert handle is not None
    with pytest.raises(BusyError, match='work/fold1'):
        runner.test()
    os.close(handle)


@pytest.mark.parametrize(
    ('launcher', 'named'), [('pytorch', 'RANK'), ('slurm', 'SLURM'), ('mpi', 'OMPI_')]
)
def test_a_launcher_that_did_not_start_us_is_named(launcher, named, monkeypatch):
    for name in ('RANK', 'SLURM_PROCID', 'OMPI_COMM_WORLD_LOCAL_RANK'):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(LauncherError, match=f'{launcher}.*{named}.*--launcher') as got:
        start_processes(Config(dict(launcher=launcher)))
    assert got.value.exit_code == 2


def test_missing_data_are_named_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setenv('DFEW_ROOT', str(tmp_path / 'no DFEW'))
    monkeypatch.chdir(tmp_path)
    cfg = load_config('tgdfer_dfew', work_dir=str(tmp_path / 'work'))
    with pytest.raises(MissingDataError, match='DFEW is not complete') as caught:
        RUNNERS.build(cfg)
    assert caught.value.exit_code == 2
    assert not list(tmp_path.iterdir())
