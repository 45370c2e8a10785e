"""Pitch: it follows glides, and finds no voice where there is none."""

import numpy as np
import pytest

from tgdfer_mm.sound.pitch import track_pitch
from tgdfer_mm.sound.stretches import voiced_stretches

from .conftest import RATE, tone


def glide(start, end, seconds, harmonics=12):
    """A tone whose pitch moves evenly in octaves; with its pitch at each sample."""
    time = np.arange(round(seconds * RATE)) / RATE
    hz = start * (end / start) ** (time / seconds)
    phase = 2 * np.pi * np.cumsum(hz) / RATE
    return 0.1 * sum(np.sin(k * phase) / k for k in range(1, harmonics + 1)), hz


@pytest.mark.parametrize('harmonics', [1, 12])
@pytest.mark.parametrize('noise', [0.0, 0.01])
@pytest.mark.parametrize('seconds', [0.5, 2.0])
@pytest.mark.parametrize(('start', 'end'), [(80, 400), (400, 80), (80, 160)])
def test_glides_are_followed_within_two_percent(start, end, seconds, noise, harmonics):
    samples, hz = glide(start, end, seconds, harmonics)
    samples = samples + np.random.default_rng(0).normal(0, noise, len(samples))
    track = track_pitch(samples, RATE)
    voiced = track.hz > 0
    assert voiced.mean() > 0.9
    true = hz[np.round(np.arange(len(track.hz)) * track.hop * RATE).astype(int)]
    off = np.abs(track.hz[voiced] / true[voiced] - 1)
    assert (off < 0.02).mean() >= 0.95
    [stretch] = voiced_stretches(track)
    assert stretch.end - stretch.start == pytest.approx(seconds, abs=0.06)


@pytest.mark.parametrize('level', [1e-4, 0.1, 1.0])
def test_no_stretch_of_100_ms_in_silence_or_white_noise(level):
    for seed in range(3):
        noise = np.random.default_rng(seed).normal(0, level, 10 * RATE)
        assert not voiced_stretches(track_pitch(noise, RATE), 0.1)
    assert not (track_pitch(np.zeros(RATE), RATE).hz > 0).any()
    assert not (track_pitch(np.full(RATE, 0.3), RATE).hz > 0)[3:-3].any()


def test_a_missing_fundamental_is_heard_and_level_is_in_db():
    time = np.arange(RATE) / RATE
    samples = sum(0.1 * np.sin(2 * np.pi * 150 * k * time) for k in (3, 4, 5, 6))
    track = track_pitch(samples, RATE)
    assert np.abs(track.hz[10:90] - 150).max() < 1
    loud, quiet = (track_pitch(a * tone(1.0), RATE).level[50] for a in (1, 0.1))
    assert loud == pytest.approx(20 * np.log10(0.5 / np.sqrt(2)), abs=0.1)
    assert loud - quiet == pytest.approx(20, abs=0.01)


def test_a_window_is_centred_on_its_time():
    samples = np.concatenate([np.zeros(RATE // 2), tone(0.5)])
    track = track_pitch(samples, RATE)
    first = np.flatnonzero(track.hz)[0] * track.hop
    assert len(track.hz) == 100 and first == pytest.approx(0.5, abs=0.02)


def test_short_and_impossible_input():
    assert len(track_pitch(np.zeros(0), RATE).hz) == 0
    assert len(track_pitch(np.ones(3), RATE).hz) == 1
    with pytest.raises(ValueError, match='one channel'):
        track_pitch(np.zeros((2, 5)), RATE)
    for low, high in ((0, 100), (300, 200), (65, 5000)):
        with pytest.raises(ValueError, match='must ascend'):
            track_pitch(np.zeros(9), RATE, low, high)


@pytest.mark.slow
def test_librosas_pitch_is_the_same():
    librosa = pytest.importorskip('librosa')
    samples, _ = glide(90, 380, 2.0)
    track = track_pitch(samples, RATE)
    hz, voiced, _ = librosa.pyin(
        samples, fmin=65, fmax=500, sr=RATE, hop_length=RATE // 100
    )
    both = voiced[: len(track.hz)] & (track.hz > 0)
    assert both.mean() > 0.9
    off = np.abs(track.hz[both] / hz[: len(track.hz)][both] - 1)
    assert (off < 0.02).mean() > 0.95
