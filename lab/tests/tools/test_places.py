"""The tools run from a checkout, in any folder; the old places name the new ones."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from runpy import run_path

import pytest

from lab.paths import LAB, ROOT

TOOLS = sorted((LAB / 'tools').glob('*.py'))
WERE_ELSEWHERE = (
    *('benchmark', 'benchmark_video', 'evidence', 'pretrain_vlm'),
    *('train_many', 'zoo'),
)
MOVED = [LAB / f'tools/{name}.py' for name in WERE_ELSEWHERE]
OLD = {p.stem: ROOT / 'tools' / p.name for p in MOVED}
OLD['pretrain_vlm'] = ROOT / 'tools/synth/pretrain_vlm.py'


def start(path, folder, *args):
    env = {k: v for k, v in os.environ.items() if k != 'PYTHONPATH'}
    pipes = dict(stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    return subprocess.Popen(
        [sys.executable, str(path), *args], cwd=folder, env=env, **pipes
    )


def test_a_tool_runs_in_any_folder(tmp_path):
    # One that imports little, of the laboratory too.
    process = start(LAB / 'tools/own_tutorial.py', tmp_path, '--help')
    out, err = process.communicate()
    assert process.returncode == 0, err
    assert 'own_tutorial.py' in out


# In this process: most of a tool's start is the import of what is imported here.
@pytest.mark.parametrize('tool', TOOLS, ids=lambda p: p.stem)
def test_every_tool_has_help_and_takes_the_checkout_s_own_code(
    tool, tmp_path, monkeypatch, capsys
):
    others = [place for place in sys.path if Path(place).absolute() != ROOT]
    monkeypatch.setattr(sys, 'path', [str(tool.parent), *others])
    monkeypatch.setattr(sys, 'argv', [str(tool), '--help'])
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as end:
        run_path(str(tool), run_name='__main__')
    assert end.value.code in (None, 0)
    assert tool.name in capsys.readouterr().out
    if re.search(r'^(import|from) (lab|tgdfer_mm)\b', tool.read_text(), re.M):
        assert sys.path[0] == str(ROOT)


@pytest.mark.parametrize('tool', MOVED, ids=lambda p: p.stem)
def test_an_old_place_names_the_new_one(tool, tmp_path):
    process = start(OLD[tool.stem], tmp_path, '--anything', 'x')
    out, err = process.communicate()
    assert (process.returncode, out) == (2, '')
    assert f'lab/tools/{tool.name}' in err


def test_the_drawn_film_is_for_a_checkout(tmp_path, monkeypatch, capsys):
    draw = ROOT / 'tools/synth/make_video.py'
    (carried := tmp_path / '.mim/tools/synth').mkdir(parents=True)  # as in a wheel
    process = start(shutil.copy(draw, carried), tmp_path, 'film.mp4')
    out, err = process.communicate()
    assert (process.returncode, out) == (2, '')
    assert err == 'Use tools/synth/make_video.py in a checkout.\n'
    # In this process, which has imported what takes seconds.
    monkeypatch.setattr(sys, 'path', [*sys.path])
    monkeypatch.chdir(tmp_path)
    small = '--width 64 --fps 10 --shot 3 --empty 0'.split()
    run_path(str(draw))['main'](['f.mp4', *small])
    assert 'f.mp4: SYNTHETIC, 60 frames' in capsys.readouterr().out
