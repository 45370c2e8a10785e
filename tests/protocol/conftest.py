"""Artificial predictions, and a protocol of tiny runs that may be killed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tgdfer_mm.protocol import Contender
from tgdfer_mm.protocol.results import Result

HERE = Path(__file__).parent
CONFIG = HERE / 'protocol_config.py'
CLASSES = ['happy', 'sad', 'neutral', 'angry']


@pytest.fixture
def make_result():
    """A run whose predictions are right with a given chance, clip by clip."""

    def make(seed=0, fold=1, accuracy=0.7, clips=40, draw=None, **changes):
        rng = np.random.default_rng([draw or 0, seed, fold or 0])
        lines = []
        for i in range(clips):
            label = i % 4 if i < clips // 2 else 0  # classes of unequal size
            right = rng.random() < accuracy
            pred = (
                label if right else int(rng.choice([c for c in range(4) if c != label]))
            )
            score = rng.dirichlet(np.ones(4))
            score[[pred, score.argmax()]] = score[[score.argmax(), pred]]
            lines.append(
                dict(clip=f'{fold}/{i}', label=label, pred=pred, score=score.tolist())
                | dict(damaged=None)
            )
        meta = dict(dataset='Made up', classes=CLASSES, setting='single', fold=fold)
        meta.update(pixel_version='v1', selection=dict(rule='last', epoch=3))
        meta['selection']['description'] = 'last epoch'
        meta.update(changes)
        return Result(f'seed{seed}/fold{fold}', seed, fold, lines, meta)

    return make


@pytest.fixture
def make_contender(make_result):
    """A model with its folds and seeds."""

    def make(name, seeds=(0,), folds=(1, 2), **kwargs):
        results = [
            make_result(seed, fold, **kwargs) for seed in seeds for fold in folds
        ]
        return Contender(name, results)

    return make


@pytest.fixture
def write():
    """Writes a run's predictions as `DumpPredictions` does."""

    def write_result(result, folder, stem='predictions'):
        folder.mkdir(parents=True, exist_ok=True)
        lines = (json.dumps(line) + '\n' for line in result.predictions)
        (folder / f'{stem}.jsonl').write_text(''.join(lines))
        (folder / f'{stem}.meta.json').write_text(json.dumps(result.meta))
        return folder / f'{stem}.jsonl'

    return write_result


@pytest.fixture(scope='session')
def run_folds():
    """Runs the tool in a process that has imported everything; the exit code."""
    folders = (HERE.parent / 'engine', HERE)  # of `standin` and `protocol_runs`
    path = os.pathsep.join([*map(str, folders), os.environ.get('PYTHONPATH', '')])
    server = subprocess.Popen(
        [sys.executable, HERE / 'protocol_runs.py'],
        env={**os.environ, 'PYTHONPATH': path, 'CUDA_VISIBLE_DEVICES': ''},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def run(work_dir, *args, folds='1-2', seeds='0-1', **env):
        given = ('--work-dir', work_dir, '--folds', folds, '--seeds', seeds)
        args = [str(arg) for arg in (CONFIG, *given, *args)]
        request = dict(args=args, env=env, out=f'{work_dir}.out')
        server.stdin.write(json.dumps(request) + '\n')
        server.stdin.flush()
        return int(server.stdout.readline())

    yield run
    server.kill()  # it has nothing to tidy up, and would take its time
    server.wait()
