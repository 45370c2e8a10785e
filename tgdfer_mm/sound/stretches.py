"""Voiced stretches of a sound, and six values of each.

They are called voiced and not vowels: where words and sounds begin is known only if
somebody has marked it, see :mod:`.text_grid`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .pitch import PitchTrack

# In the order of the values; VowelPrompt's six [paper], pitch in semitones and energy
# in dB [choice]: both are as they are heard, and differences of people cancel out.
VALUES = (
    'pitch_mean',
    'pitch_slope',
    'pitch_variance',
    'energy_mean',
    'energy_variance',
    'duration',
)
SHORTEST = 0.05  # seconds
_LEAP = 2.0  # semitones from one window to the next: another stretch
_BASE = 100.0  # Hz, which is 0 semitones


@dataclass(frozen=True)
class Stretch:
    """A stretch of voice.

    Attributes:
        start: Seconds.
        end: Seconds.
        values: Of :data:`VALUES`: semitones above 100 Hz, semitones a second,
            semitones squared, dB, dB squared, seconds.
        sound: What is spoken, if somebody has marked it.
    """

    start: float
    end: float
    values: tuple[float, ...]
    sound: str = ''


def voiced_stretches(track: PitchTrack, shortest: float = SHORTEST) -> list[Stretch]:
    """Finds where a voice is heard without a break or a leap of its pitch.

    Args:
        track: From :func:`.pitch.track_pitch`.
        shortest: Seconds; what is shorter is left out.
    """
    voiced = track.hz > 0
    tones = np.where(voiced, 12 * np.log2(np.where(voiced, track.hz, 1) / _BASE), 0)
    joined = voiced[1:] & voiced[:-1] & (np.abs(np.diff(tones)) <= _LEAP)
    starts = np.flatnonzero(voiced & ~np.concatenate([[False], joined]))
    stops = np.flatnonzero(voiced & ~np.concatenate([joined, [False]])) + 1
    return [
        _measured(track, first, stop)
        for first, stop in zip(starts, stops, strict=True)
        if (stop - first) * track.hop >= shortest - 1e-9
    ]


def marked_stretches(
    track: PitchTrack, marks: Sequence[tuple[float, float, str]]
) -> list[Stretch]:
    """Measures stretches that somebody has marked, such as vowels.

    Pitch is that of their voiced windows; where fewer than two are voiced, the stretch
    is left out, and so is one that ends after the sound.

    Args:
        track: From :func:`.pitch.track_pitch`.
        marks: Start and end in seconds, and what is spoken.
    """
    found, heard = [], len(track.hz) * track.hop + SHORTEST
    for start, end, sound in marks:
        if end > heard:  # how it goes on is not known
            continue
        first, stop = (round(v / track.hop) for v in (start, end))
        first, stop = max(0, first), min(len(track.hz), max(stop, first + 1))
        if (track.hz[first:stop] > 0).sum() >= 2:
            found.append(_measured(track, first, stop, (start, end, sound)))
    return found


def _measured(
    track: PitchTrack,
    first: int,
    stop: int,
    mark: tuple[float, float, str] | None = None,
) -> Stretch:
    start, end, sound = mark or (first * track.hop, stop * track.hop, '')
    hz, level = track.hz[first:stop], track.level[first:stop]
    times = np.flatnonzero(hz > 0) * track.hop
    tones = 12 * np.log2(hz[hz > 0] / _BASE)
    apart = times - times.mean()
    spread = float((apart**2).sum())
    slope = float((apart * tones).sum() / spread) if spread else 0.0
    values = (
        float(tones.mean()),
        slope,
        float(tones.var()),
        float(level.mean()),
        float(level.var()),
        end - start,
    )
    return Stretch(float(start), float(end), values, sound)


def as_table(stretches: Sequence[Stretch]) -> np.ndarray:
    """The values of stretches, (S, 6)."""
    return np.array([s.values for s in stretches], float).reshape(-1, len(VALUES))
