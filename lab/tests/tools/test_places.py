"""The tools run from a checkout, in any folder; the old places name the new ones."""

import os
import shutil
import subprocess
import sys

import pytest

from lab.paths import LAB, ROOT

TOOLS = sorted((LAB / 'tools').glob('*.py'))
NEW = {
    *(
        'app_bombs',
        'app_picture',
        'few_clips',
        'film_intervals',
        'first_look',
        'fuzz_files',
    ),
    *('fuzz_videos', 'load_page', 'mmaction2_tests', 'own_tutorial', 'tracking'),
}
MOVED = [p for p in TOOLS if p.stem not in NEW]  # those never were elsewhere
OLD = {p.stem: ROOT / 'tools' / p.name for p in MOVED}
OLD['pretrain_vlm'] = ROOT / 'tools/synth/pretrain_vlm.py'


def start(path, folder, *args):
    env = {k: v for k, v in os.environ.items() if k != 'PYTHONPATH'}
    pipes = dict(stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    return subprocess.Popen(
        [sys.executable, str(path), *args], cwd=folder, env=env, **pipes
    )


def test_the_tools_run_in_any_folder(tmp_path):
    running = [start(tool, tmp_path, '--help') for tool in TOOLS]
    for tool, process in zip(TOOLS, running, strict=True):
        out, err = process.communicate()
        assert process.returncode == 0, err
        assert tool.name in out


@pytest.mark.parametrize('tool', MOVED, ids=lambda p: p.stem)
def test_an_old_place_names_the_new_one(tool, tmp_path):
    process = start(OLD[tool.stem], tmp_path, '--anything', 'x')
    out, err = process.communicate()
    assert (process.returncode, out) == (2, '')
    assert f'lab/tools/{tool.name}' in err


def test_the_drawn_film_is_for_a_checkout(tmp_path):
    draw = ROOT / 'tools/synth/make_video.py'
    (carried := tmp_path / '.mim/tools/synth').mkdir(parents=True)  # as in a wheel
    process = start(shutil.copy(draw, carried), tmp_path, 'film.mp4')
    out, err = process.communicate()
    assert (process.returncode, out) == (2, '')
    assert err == 'Use tools/synth/make_video.py in a checkout.\n'
    out, err = start(
        draw, tmp_path, 'f.mp4', '--width', '64', '--shot', '3'
    ).communicate()
    assert 'f.mp4: SYNTHETIC, 275 frames' in out, err
