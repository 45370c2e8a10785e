"""A package of somebody else, installed by pip: its parts train, test and infer."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@pytest.fixture(scope='module')
def installed(tmp_path_factory):
    """The folder that pip filled, without a network."""
    place = tmp_path_factory.mktemp('package')
    source = shutil.copytree(HERE / 'package', place / 'source')
    pip = [sys.executable, '-m', 'pip', '--disable-pip-version-check', 'install', '-q']
    options = ['--no-deps', '--no-build-isolation', '--no-index']
    done = subprocess.run(
        [*pip, *options, '--target', str(place / 'site'), str(source)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return place / 'site'


def test_parts_of_another_package_train_test_and_infer(installed, tmp_path):
    paths = os.pathsep.join([str(installed), str(ROOT)])
    done = subprocess.run(
        [sys.executable, str(HERE / 'run_package.py'), 'found.json'],
        cwd=tmp_path,
        env={**os.environ, 'PYTHONPATH': paths, 'OMP_NUM_THREADS': '1'},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    found = json.loads((tmp_path / 'found.json').read_text(encoding='utf-8'))
    assert Path(found['where']).is_relative_to(installed)
    assert found['model'] == 'ShiftedRecognizer'
    assert found['parts'] == ['PatchTower', 'SmileConv', 'FocalLoss2']
    assert found['pooling'] == 'smile_best'
    assert found['moved'] > 0  # its own weight was trained, saved and loaded
    assert found['classes'] == ['smiling', 'frowning']
    assert found['labels'] and set(found['labels']) <= set(found['classes'])
    config = json.loads((tmp_path / 'folder/config.json').read_text(encoding='utf-8'))
    assert config['needs'] == ['smile_parts']
    lines = (tmp_path / 'work/predictions.jsonl').read_text(encoding='utf-8')
    assert len(lines.splitlines()) == 2
