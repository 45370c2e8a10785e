"""Faults that the judge of odd videos finds, and results that it accepts."""

import json
from pathlib import Path

import pytest

from lab.fuzz import video_judge as module
from lab.fuzz.odd_videos import OddVideo


@pytest.fixture
def judged(tmp_path, monkeypatch):
    """Judges a result that is right except for the changes."""

    def judge(code=0, text='', annotated=10, result=None, **own):
        video = OddVideo(Path('film.mkv'), 'mkv', whole=10, frames=10, size=(64, 48))
        for key, value in own.items():
            setattr(video, key, value)
        track = dict(
            end=0.9,
            frames=dict(time=[0.0, 0.5, 0.9], box=[[0, 0, 9, 9]]),
            intervals=[dict(end=0.9)],
        )
        source = dict(frames=10, width=64, height=48, duration=1.0)
        whole = dict(complete=code == 0, warnings=[], source=source, tracks=[track])
        for key, value in (result or {}).items():
            (source if key in source else track if key in track else whole)[key] = value
        (tmp_path / 'result.json').write_text(json.dumps(whole))
        (tmp_path / 'annotated.mp4').touch()
        monkeypatch.setattr(module, 'count_frames', lambda path: annotated)
        return module.judge(video, code, text, tmp_path)

    return judge


def test_what_is_right_passes(judged):
    assert judged() == []
    cut = dict(damage='cut at 5 tenths', frames=5)
    assert judged(4, annotated=5, result=dict(frames=5), **cut) == []
    assert judged(3, expect=3) == []


@pytest.mark.parametrize(
    ('given', 'found'),
    [
        (dict(code=1, text='Traceback ...\nKeyError'), 'traceback: KeyError'),
        (dict(code=-11), 'exit code: -11'),
        (dict(expect=3), 'exit code: 0 instead of 3'),
        (dict(result=dict(frames=9), annotated=9), 'frames: 9, FFmpeg decodes 10'),
        (dict(result=dict(complete=False)), 'exit code: 0 with complete False'),
        (dict(code=4), 'wrong complete: false for a whole file'),
        (dict(result=dict(width=80)), 'size: (80, 48)'),
        (dict(annotated=9), 'annotated video: 9 frames of 10'),
        (dict(result=dict(intervals=[dict(end=1.0)])), 'an interval ends after'),
        (dict(result=dict(end=1.5)), 'a track ends after the video'),
        (
            dict(
                damage='cut at 5 tenths',
                frames=5,
                result=dict(frames=5),
                annotated=5,
            ),
            'wrong complete: 5 of 10 frames',
        ),
    ],
)
def test_what_is_wrong_is_found(given, found, judged):
    assert any(found in wrong for wrong in judged(**given))


def test_what_is_not_read_is_found_if_ffmpeg_reads_it(tmp_path, monkeypatch):
    monkeypatch.setattr(module, 'is_shown', lambda path: True)
    video = OddVideo(Path('film.mkv'), 'mkv', whole=10, frames=10)
    [wrong] = module.judge(video, 3, 'error: no', tmp_path)
    assert wrong == 'not read: FFmpeg decodes 10 frames (error: no)'
    video.frames = 0
    assert module.judge(video, 3, 'error: no', tmp_path) == []
    video.frames = 10  # but an edit list says that none is shown
    monkeypatch.setattr(module, 'is_shown', lambda path: False)
    assert module.judge(video, 3, 'error: no', tmp_path) == []
