"""Stretches of voice: their times, their six values, and scaling by person."""

import numpy as np
import pytest

from tgdfer_mm.sound.by_person import scale_by_person
from tgdfer_mm.sound.pitch import track_pitch
from tgdfer_mm.sound.stretches import (
    VALUES,
    as_table,
    marked_stretches,
    voiced_stretches,
)
from tgdfer_mm.synth.clips import Movement
from tgdfer_mm.synth.voice import Voice, draw_voice

from .conftest import RATE


def spoken(*parts):
    """Tones (Hz at the start, semitones a second, amplitude, seconds) and pauses."""
    pieces = [np.zeros(RATE // 10)]
    for hz, slope, amplitude, seconds in parts:
        time = np.arange(round(seconds * RATE)) / RATE
        phase = 2 * np.pi * np.cumsum(hz * 2 ** (slope * time / 12)) / RATE
        tone = sum(np.sin(k * phase) / k for k in range(1, 9))
        pieces += [amplitude * tone, np.zeros(RATE // 10)]
    return track_pitch(np.concatenate(pieces), RATE)


def test_values_are_those_that_were_spoken():
    track = spoken((200, 0, 0.2, 0.3), (100, 24, 0.1, 0.5), (400, -12, 0.2, 0.2))
    found = voiced_stretches(track)
    assert [s.start for s in found] == pytest.approx([0.1, 0.5, 1.1], abs=0.02)
    table = dict(zip(VALUES, as_table(found).T, strict=True))
    assert table['pitch_mean'] == pytest.approx([12, 6, 22.8], abs=0.3)
    assert table['pitch_slope'] == pytest.approx([0, 24, -12], abs=1.5)
    even = np.array([0, 24 * 0.5, 12 * 0.2]) ** 2 / 12  # variance of a straight line
    assert table['pitch_variance'] == pytest.approx(even, abs=1.0)
    assert table['duration'] == pytest.approx([0.3, 0.5, 0.2], abs=0.03)
    loud = table['energy_mean']
    assert loud[0] - loud[1] == pytest.approx(6, abs=0.7)
    assert (table['energy_variance'] < 20).all()


def test_a_leap_divides_and_what_is_short_is_left_out():
    track = spoken((200, 0, 0.2, 0.03))
    assert voiced_stretches(track) == []
    low, high = (spoken((hz, 0, 0.2, 0.5)) for hz in (120, 240))
    for name in ('hz', 'level', 'strength'):
        joined = np.concatenate([getattr(t, name)[20:50] for t in (low, high)])
        object.__setattr__(low, name, joined)
    assert [s.start for s in voiced_stretches(low)] == pytest.approx([0, 0.3])


def test_marked_stretches_take_their_ends_from_the_marks():
    track = spoken((200, 0, 0.2, 0.4))
    marks = [(0.15, 0.35, 'AH0'), (0.6, 0.9, 'IY1'), (0.2, 50, 'AA'), (9.0, 9.5, 'UW')]
    [found] = marked_stretches(track, marks)
    assert (found.start, found.end, found.sound) == (0.15, 0.35, 'AH0')
    assert found.values[0] == pytest.approx(12, abs=0.1)
    assert found.values[-1] == pytest.approx(0.2)


def mood(pitch, gain=1.0):
    """The same person, or one with another pitch or level, in two moods."""
    voice = Voice(pitch, 0.9, (550.0, 1500.0, 2500.0))
    tables = []
    for emotion in ('happy', 'sad'):
        shown = [Movement(emotion, {}, np.ones(75))]
        samples = draw_voice(np.random.default_rng(3), voice, shown, 75, 25)
        tables.append(as_table(voiced_stretches(track_pitch(gain * samples, RATE))))
    return tables


def test_scaled_values_do_not_change_with_the_persons_pitch_or_level():
    tables = [*mood(120.0), *mood(120.0, 0.5), *mood(120.0 * 2 ** (5 / 12))]
    own, quieter, higher = (
        np.concatenate(scale_by_person(tables, 'aabbcc')[i : i + 2]) for i in (0, 2, 4)
    )
    half = len(tables[0])
    assert own[:half, 0].mean() > own[half:, 0].mean() + 1  # happy is higher than sad
    np.testing.assert_allclose(own, quieter, atol=1e-6)
    # Another pitch is another sound: edges of stretches are found a little elsewhere.
    off = np.abs(own - higher)
    assert off[:, :2].max() < 0.15 and off[:, [3, 5]].mean(0).max() < 0.25
    for column in (2, 4):
        assert np.corrcoef(own[:, column], higher[:, column])[0, 1] > 0.6
    np.testing.assert_allclose(own.mean(0), 0, atol=1e-9)
    np.testing.assert_allclose(own.std(0), 1)


def test_a_track_of_another_pitch_has_the_same_scaled_values():
    tracks = [spoken((150, 5, 0.2, 0.3), (220, -9, 0.1, 0.5)) for _ in range(2)]
    object.__setattr__(tracks[1], 'hz', tracks[1].hz * 1.7)
    tables = [as_table(voiced_stretches(track)) for track in tracks]
    own, higher = scale_by_person(tables, 'ab')
    np.testing.assert_allclose(own, higher, atol=1e-9)
    assert np.abs(own).max() > 0.5


def test_what_never_varies_or_is_not_there_is_zero():
    tables = [np.ones((1, 6)), np.zeros((0, 6)), np.full((3, 6), 2.0)]
    scaled = scale_by_person(tables, ['a', 'b', 'c'])
    assert [t.shape for t in scaled] == [(1, 6), (0, 6), (3, 6)]
    assert not any(t.any() for t in scaled)
