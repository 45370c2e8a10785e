"""The tools run from a checkout, in any folder; the old places name the new ones."""

import os
import subprocess
import sys

import pytest

from lab.paths import LAB, ROOT

TOOLS = sorted((LAB / 'tools').glob('*.py'))
OLD = {p.stem: ROOT / 'tools' / p.name for p in TOOLS}
OLD['pretrain_vlm'] = ROOT / 'tools/synth/pretrain_vlm.py'


def run(path, folder, *args):
    env = {k: v for k, v in os.environ.items() if k != 'PYTHONPATH'}
    return subprocess.run(
        [sys.executable, str(path), *args],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize('tool', TOOLS, ids=lambda p: p.stem)
def test_a_tool_runs_in_any_folder(tool, tmp_path):
    done = run(tool, tmp_path, '--help')
    assert done.returncode == 0, done.stderr
    assert tool.name in done.stdout


@pytest.mark.parametrize('tool', TOOLS, ids=lambda p: p.stem)
def test_an_old_place_names_the_new_one(tool, tmp_path):
    done = run(OLD[tool.stem], tmp_path, '--anything', 'x')
    assert (done.returncode, done.stdout) == (2, '')
    assert f'lab/tools/{tool.name}' in done.stderr
