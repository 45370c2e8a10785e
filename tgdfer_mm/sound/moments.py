"""Features of the sound at the times of sampled pictures, for a model."""

from collections.abc import Callable

import numpy as np

from .log_mel import BANDS, log_mel, windows_at
from .pitch import track_pitch
from .reading import Sound
from .stretches import as_table, voiced_stretches

WIDTH = 20  # frames of a window: 0.2 s, about one syllable [choice]
_NEAR = 0.15  # seconds: a voiced stretch counts up to this distance [choice]
# Rough means and spreads of voices [choice]; scaling by person would need all values of
# the person.
_MEL = -7.0, 4.0
_MIDDLE = np.array([7.0, 0.0, 1.0, -25.0, 10.0, 0.15])
_SPREAD = np.array([6.0, 15.0, 2.0, 10.0, 15.0, 0.1])
_FARTHEST = 4.0

Heard = tuple[np.ndarray, np.ndarray]


def spectrum_at(sound: Sound, times: np.ndarray) -> Heard:
    """Log-mel frames around each time.

    Args:
        sound: Sound of a clip.
        times: (T,) seconds.

    Returns:
        (T, 20 * 40) float32, about 0 ± 1, and whether each is known (T,): all are.
    """
    frames = log_mel(sound.samples, sound.rate)
    middle, spread = _MEL
    windows = (windows_at(frames, times, WIDTH) - middle) / spread
    return windows.reshape(len(times), -1), np.ones(len(times), bool)


def voice_at(sound: Sound, times: np.ndarray) -> Heard:
    """The six values of the voiced stretch at each time.

    Args:
        sound: Sound of a clip.
        times: (T,) seconds.

    Returns:
        (T, 6) float32 of :data:`.stretches.VALUES`, about 0 ± 1, and whether each is
        known (T,): it is if there is a voiced stretch at this time or within 0.15 s.
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


# For each name, the function that measures and the number of values for one time.
MEASURES: dict[str, tuple[Callable[[Sound, np.ndarray], Heard], int]] = {
    'log_mel': (spectrum_at, WIDTH * BANDS),
    'voice': (voice_at, len(_MIDDLE)),
}
