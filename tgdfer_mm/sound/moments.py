"""What is heard at the moments of sampled pictures, in numbers for a model."""

from collections.abc import Callable

import numpy as np

from .log_mel import BANDS, log_mel, windows_at
from .pitch import track_pitch
from .reading import Sound
from .stretches import as_table, voiced_stretches

WIDTH = 20  # frames of a window: 0.2 s, about a syllable [choice]
_NEAR = 0.15  # seconds from a voiced stretch in which it still counts [choice]
# What is usual of a voice and how far it goes, roughly [choice]; the values of a
# person would have to be known to scale by them.
_MEL = -7.0, 4.0
_MIDDLE = np.array([7.0, 0.0, 1.0, -25.0, 10.0, 0.15])
_SPREAD = np.array([6.0, 15.0, 2.0, 10.0, 15.0, 0.1])
_FARTHEST = 4.0

Heard = tuple[np.ndarray, np.ndarray]


def spectrum_at(sound: Sound, times: np.ndarray) -> Heard:
    """Log-mel frames around each moment.

    Args:
        sound: Of a clip.
        times: (T,) seconds.

    Returns:
        (T, 20 * 40) float32, about 0 ± 1, and which of them are known (T,): all.
    """
    frames = log_mel(sound.samples, sound.rate)
    middle, spread = _MEL
    windows = (windows_at(frames, times, WIDTH) - middle) / spread
    return windows.reshape(len(times), -1), np.ones(len(times), bool)


def voice_at(sound: Sound, times: np.ndarray) -> Heard:
    """The six values of the voiced stretch that is heard at each moment.

    Args:
        sound: Of a clip.
        times: (T,) seconds.

    Returns:
        (T, 6) float32 of :data:`.stretches.VALUES`, about 0 ± 1, and which of them are
        known (T,): those of moments with a voiced stretch, or one within 0.15 s.
    """
    stretches = voiced_stretches(track_pitch(sound.samples, sound.rate))
    heard = np.zeros((len(times), len(_MIDDLE)), np.float32)
    if not stretches:
        return heard, np.zeros(len(times), bool)
    start, end = np.array([(s.start, s.end) for s in stretches]).T
    times = np.asarray(times, float)[:, None]
    away = np.maximum(0, np.maximum(start - times, times - end))
    nearest = away.argmin(1)
    known = away.min(1) <= _NEAR + 1e-9
    scaled = (as_table(stretches) - _MIDDLE) / _SPREAD
    heard[known] = np.clip(scaled, -_FARTHEST, _FARTHEST)[nearest[known]]
    return heard, known


# By name: what is measured, and how many numbers a moment has.
MEASURES: dict[str, tuple[Callable[[Sound, np.ndarray], Heard], int]] = {
    'log_mel': (spectrum_at, WIDTH * BANDS),
    'voice': (voice_at, len(_MIDDLE)),
}
