"""Log-mel frames: their values by plain formulas, and their times."""

import numpy as np
import pytest

from tgdfer_mm.sound.log_mel import (
    hz_to_mel,
    log_mel,
    mel_filters,
    mel_to_hz,
    windows_at,
)

from .conftest import RATE, click, tone


def test_mel_is_the_published_formula():
    assert hz_to_mel(1000.0) == pytest.approx(999.99, abs=0.01)  # 1000 Hz is 1000 mel
    hz = np.array([0.0, 50, 440, 7000])
    np.testing.assert_allclose(mel_to_hz(hz_to_mel(hz)), hz, atol=1e-9)


def test_filters_are_triangles_that_add_up_to_one():
    filters = mel_filters(RATE, 1024, 20)
    hz = np.fft.rfftfreq(1024, 1 / RATE)
    corners = mel_to_hz(np.linspace(hz_to_mel(50), hz_to_mel(7600), 22))
    for row, left, middle, right in zip(
        filters, corners, corners[1:], corners[2:], strict=False
    ):
        for value, f in zip(row, hz, strict=True):
            slope = (f - left) / (middle - left) if f < middle else None
            slope = (right - f) / (right - middle) if slope is None else slope
            assert value == pytest.approx(max(0.0, slope))
    inside = (hz > corners[1]) & (hz < corners[-2])
    np.testing.assert_allclose(filters.sum(0)[inside], 1)


def test_a_frame_is_the_sum_of_the_power_of_its_window():
    rng = np.random.default_rng(0)
    samples = rng.normal(0, 0.1, 4000).astype(np.float32)
    got = log_mel(samples, RATE, bands=8)
    assert got.shape == (25, 8) and got.dtype == np.float32
    at, width, size = 12 * 160, 400, 1024
    piece = samples[at - 200 : at + 200].astype(float)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(1, width + 1) / (width + 1))
    k = np.arange(size // 2 + 1)[:, None]
    turns = np.exp(-2j * np.pi * k * np.arange(width) / size)
    power = np.abs(turns @ (piece * window)) ** 2 * 4 / window.sum() ** 2
    want = np.log(np.maximum(mel_filters(RATE, size, 8) @ power, 1e-6))
    np.testing.assert_allclose(got[12], want, atol=1e-3)


def test_a_tone_is_loudest_in_its_band_and_silence_is_the_floor():
    bands = mel_to_hz(np.linspace(hz_to_mel(50), hz_to_mel(7600), 42))[1:-1]
    for hz in (200.0, 1000.0, 4000.0):
        frames = log_mel(tone(0.5, hz), RATE)
        assert abs(bands[frames[20].argmax()] - hz) < 0.08 * hz + 20
    for place in (0, 20, 39):
        middle = log_mel(2 * tone(0.5, bands[place]), RATE)[20, place]
        assert 0.8 < middle < 1.4
    assert np.allclose(log_mel(np.zeros(1000), RATE), np.log(1e-6))
    assert log_mel(np.zeros(0), RATE).shape == (1, 40)


def test_frames_are_where_the_sound_is():
    frames = log_mel(click(1.0, 0.5), RATE)
    assert abs(int(frames.sum(1).argmax()) - 50) <= 1
    got = windows_at(frames, np.array([0.0, 0.5, 0.99]), 5)
    assert got.shape == (3, 5, 40)
    np.testing.assert_array_equal(got[1], frames[48:53])
    np.testing.assert_array_equal(got[0, :2], frames[[0, 0]])
    np.testing.assert_array_equal(got[2, 3:], frames[[99, 99]])


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match='one channel'):
        log_mel(np.zeros((2, 100)), RATE)
    with pytest.raises(ValueError, match='too many'):
        log_mel(np.zeros(100), RATE, bands=400)
    with pytest.raises(ValueError, match='low=50.0'):
        mel_filters(80, 64, 4)
    with pytest.raises(ValueError, match='0 frames'):
        windows_at(np.zeros((0, 3)), [0.0], 1)
    with pytest.raises(ValueError, match='width=0'):
        windows_at(np.zeros((2, 3)), [0.0], 0)
