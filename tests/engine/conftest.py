"""Runs of a tiny model in separate processes, which may be killed."""

import itertools
import json
import multiprocessing
import multiprocessing.forkserver
import os
import socket
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # for `standin`, here and in the processes

CONFIG = HERE / 'standin_config.py'
KILLED = -9
NUMBERS = itertools.count()


class Processes:
    """Starts the tools in processes forked from one that has imported everything."""

    def __init__(self):
        # A server of its own, since forking pytest itself would take along threads.
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv('CUDA_VISIBLE_DEVICES', '')
            patch.setenv('PYTHONPATH', str(HERE), prepend=os.pathsep)
            self._context = multiprocessing.get_context('forkserver')
            self._context.set_forkserver_preload(['standin'])
            multiprocessing.forkserver.ensure_running()

    def start(self, tool, *args, config=CONFIG, **env):
        import standin

        process = self._context.Process(
            target=standin.run_tool, args=(tool, config, *args), kwargs=dict(env=env)
        )
        process.start()
        return process

    def run(self, tool, *args, **env):
        """Returns the exit code."""
        return self.wait([self.start(tool, *args, **env)])[0]

    def run_ranks(self, tool, *args, **env):
        """Runs two ranks with the environment that torchrun gives; the exit codes."""
        with socket.socket() as free:
            free.bind(('127.0.0.1', 0))
            port = str(free.getsockname()[1])
        return self.wait(
            self.start(
                *(tool, *args, '--launcher', 'pytorch'),
                **dict(RANK=str(rank), LOCAL_RANK=str(rank), WORLD_SIZE='2'),
                **dict(MASTER_ADDR='127.0.0.1', MASTER_PORT=port, **env),
            )
            for rank in range(2)
        )

    @staticmethod
    def wait(processes):
        processes = list(processes)
        for process in processes:
            process.join()
        return [process.exitcode for process in processes]


@pytest.fixture(scope='session')
def processes():
    return Processes()


@pytest.fixture(scope='session')
def uninterrupted(processes, tmp_path_factory):
    """Work folder of a whole run of 4 epochs, 6 iterations each."""
    folder = tmp_path_factory.mktemp('uninterrupted')
    assert processes.run('train.py', '--work-dir', folder, '--seed', '3') == 0
    return folder / 'fold1'


@pytest.fixture
def read_metrics():
    """The last metrics in the logs of a work folder."""

    def read(folder):
        texts = [
            line
            for path in sorted(Path(folder).rglob('*.json'))
            for line in path.read_text().splitlines()
            if '"standin/sum"' in line and line.startswith('{')
        ]
        assert texts, f'no metrics below {folder}'
        return json.loads(texts[-1])

    return read


@pytest.fixture
def standin_config(tmp_path, monkeypatch):
    """The stand-in's config for a run in this process, without loader workers."""
    from mmengine.config import Config

    for name in ('FOLD', 'TGDFER_FOLD'):
        monkeypatch.delenv(name, raising=False)
    cfg = Config.fromfile(CONFIG)
    cfg.work_dir = str(tmp_path / 'work')
    cfg.train_dataloader.num_workers = 0
    cfg.train_cfg.max_epochs = 1
    cfg.param_scheduler = None
    cfg.randomness = dict(seed=3)
    return cfg


@pytest.fixture
def build_runner():
    """Builds a runner under a name that no other has."""
    from mmengine.registry import RUNNERS

    from tgdfer_mm.recipe.work_folder import note_work_folder

    def build(cfg):
        cfg.experiment_name = f'standin_{next(NUMBERS)}'
        note_work_folder(cfg, cfg.work_dir, ['fold1'])  # it stays the test's own
        return RUNNERS.build(cfg)

    return build


@pytest.fixture
def log(tmp_path):
    """Reads the warnings written to the log files of the runs of this test."""

    def read():
        paths = sorted((tmp_path / 'work').rglob('*.log'))
        return [m for path in paths for m in path.read_text().splitlines()]

    return read
