"""Voiced stretches of a sound, and six values of each.

They are voiced stretches and not vowels: the start of words and sounds is known only if
somebody has marked it, see :mod:`.text_grid`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .pitch import PitchTrack

# In the order of the values: the six of VowelPrompt [paper], with pitch in semitones
# and energy in dB [choice]. Both units are close to hearing, and differences between
# people cancel out.
VALUES = (
    'pitch_mean',
    'pitch_slope',
    'pitch_variance',
    'energy_mean',
    'energy_variance',
    'duration',
)
SHORTEST = 0.05  # seconds
# semitones from one window to the next; a larger step starts another stretch
_LEAP = 2.0
_BASE = 100.0  # Hz, the pitch of 0 semitones


@dataclass(frozen=True)
class Stretch:
    """A stretch of voice.

    Attributes:
        start: Start, seconds.
        end: End, seconds.
        values: The values of :data:`VALUES`: semitones above 100 Hz, semitones a
            second, semitones squared, dB, dB squared, seconds.
        sound: The spoken sound, if somebody has marked it.
    """

    start: float
    end: float
    values: tuple[float, ...]
    sound: str = ''


def voiced_stretches(track: PitchTrack, shortest: float = SHORTEST) -> list[Stretch]:
    """Finds stretches of voice without a break or a jump of the pitch.

    Args:
        track: Result of :func:`.pitch.track_pitch`.
        shortest: Length of the shortest stretch, seconds. Shorter ones are left out.
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

    The pitch is that of the voiced windows. A stretch is left out if it has fewer than
    two voiced windows, or if it ends after the sound.

    Args:
        track: Result of :func:`.pitch.track_pitch`.
        marks: Start and end in seconds, and the spoken sound.
    """
    found, heard = [], len(track.hz) * track.hop + SHORTEST
    for start, end, sound in marks:
        if end > heard:  # the sound after this is not known
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
