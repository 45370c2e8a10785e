"""make_video.py: what keeps it from drawing is a sentence."""

import runpy
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[2] / 'tools/synth/make_video.py'


@pytest.fixture
def draw(capsys):
    """Runs the tool; gives its exit code and what it said."""
    main = runpy.run_path(str(TOOL))['main']

    def run(*args):
        with pytest.raises(SystemExit) as caught:
            main([str(arg) for arg in args])
        return caught.value.code, capsys.readouterr().err

    return run


def test_without_pyav_it_says_what_to_install(draw, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, 'av', None)
    code, said = draw(tmp_path / 'a.mp4', '--shot', '0.2')
    assert code == 2 and said.startswith('error: ') and 'pip install av ' in said


@pytest.mark.parametrize(
    ('name', 'options', 'message'),
    [
        ('a.xyz', [], 'a.xyz: '),
        ('no/a.mp4', [], 'a.mp4: '),
        ('a.mp4', ['--fps', '0'], 'fps'),
        ('a.mp4', ['--shot', 'nan'], 'shot'),
        ('a.mp4', ['--empty', 'inf'], 'empty'),
        ('a.mp4', ['--width', '33'], 'width=33'),
    ],
)
def test_what_cannot_be_drawn_is_named(draw, tmp_path, name, options, message):
    (tmp_path / 'no').touch()
    code, said = draw(tmp_path / name, '--shot', '0.2', '--empty', '0', *options)
    assert code == 2 and said.startswith('error: ') and message in said
