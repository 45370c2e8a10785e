"""Features of sound at given times: spectrum and voice, also where there is none."""

import numpy as np
import pytest

from tgdfer_mm.sound.log_mel import BANDS
from tgdfer_mm.sound.moments import MEASURES, WIDTH, spectrum_at, voice_at
from tgdfer_mm.sound.reading import RATE, Sound


def tone(seconds):
    at = np.arange(round(seconds * RATE)) / RATE
    return (0.5 * np.sin(2 * np.pi * 220 * at)).astype(np.float32)


def between_pauses():
    """Half a second of silence, a tone of 220 Hz, and silence again."""
    silence = np.zeros(RATE // 2, np.float32)
    return Sound(np.concatenate([silence, tone(0.5), silence]))


@pytest.mark.parametrize('of', MEASURES)
def test_the_width_is_the_stated_one_and_numbers_are_small(of):
    measure, channels = MEASURES[of]
    heard, known = measure(between_pauses(), np.array([0.75, 0.8]))
    assert heard.shape == (2, channels) and heard.dtype == np.float32
    assert known.all() and np.abs(heard).max() <= 4


def test_the_spectrum_is_that_of_its_moment():
    heard, known = spectrum_at(between_pauses(), np.array([0.25, 0.75, 9.0]))
    frames = heard.reshape(3, WIDTH, BANDS)
    assert known.all()
    assert (frames[[0, 2]] == frames.min()).all()
    band = frames[1].mean(0).argmax()
    assert (frames[1, :, band] > 1).all()  # the tone lasts through the window
    edge = spectrum_at(between_pauses(), np.array([0.5]))[0].reshape(WIDTH, BANDS)
    assert edge[: WIDTH // 2 - 2, band].max() < 0 < edge[WIDTH // 2 + 2 :, band].min()


def test_the_voice_is_that_of_the_stretch_that_is_near():
    heard, known = voice_at(between_pauses(), np.array([0.0, 0.45, 0.75, 1.05, 1.4]))
    assert known.tolist() == [False, True, True, True, False]
    assert not heard[~known].any()
    assert (heard[known] == heard[2]).all()
    assert heard[2, 0] == pytest.approx((12 * np.log2(2.2) - 7) / 6, abs=0.05)


@pytest.mark.parametrize('samples', [np.zeros(RATE), np.zeros(0)])
def test_in_silence_there_is_no_voice(samples):
    heard, known = voice_at(Sound(samples.astype(np.float32)), np.array([0.1, 0.5]))
    assert not known.any() and not heard.any()
