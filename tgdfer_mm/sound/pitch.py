"""The pitch of a voice over time: fundamental frequency by autocorrelation.

The method is that of Boersma (1993), in its plain form: each window's autocorrelation,
divided by that of the window function, has a peak at the period of a voice. There is no
search for a path through the candidates of several windows [choice].
"""

from dataclasses import dataclass

import numpy as np

LOW, HIGH = 65.0, 500.0  # Hz
HOP = 0.01  # seconds from one window to the next
VOICED = 0.5  # smallest height of the peak of a voiced window [choice]
# a peak must be this much higher to win over one that is an octave above
_OCTAVE = 0.03
_QUIETER = 30.0  # dB below the loudest window; anything less is silence
_SILENCE = -70.0  # dB below a full square wave; anything less is always silence
_SHORT = 0.02  # seconds over which loudness is averaged
_AT_A_TIME = 2048  # windows in memory


@dataclass(frozen=True)
class PitchTrack:
    """Pitch and loudness of a sound; window i is centred on ``i * hop`` seconds.

    Attributes:
        hz: (F,) fundamental frequency, 0 in windows without voice.
        strength: (F,) height of the peak, about 0 for noise to 1 for a steady tone.
        level: (F,) loudness in dB; 0 is that of a full square wave.
        hop: Seconds from one window to the next.
    """

    hz: np.ndarray
    strength: np.ndarray
    level: np.ndarray
    hop: float = HOP


def track_pitch(
    samples: np.ndarray,
    rate: int,
    low: float = LOW,
    high: float = HIGH,
    hop: float = HOP,
    voiced: float = VOICED,
) -> PitchTrack:
    """Follows the pitch of a sound.

    Args:
        samples: (N,) float, one channel.
        rate: Samples a second.
        low: Lowest pitch, Hz; a window has the length of three periods of it.
        high: Highest pitch, Hz.
        hop: Seconds from one window to the next.
        voiced: Smallest height of the peak of a voiced window.

    Raises:
        ValueError: `samples` has more than one axis, or the range of pitch is not
            valid.
    """
    samples = np.asarray(samples, float)
    if samples.ndim != 1:
        raise ValueError(
            f'samples must have the shape (N,) of one channel, not {samples.shape}'
        )
    if not 0 < low < high <= rate / 4:
        raise ValueError(f'low={low} and high={high} Hz must ascend, up to {rate / 4}')
    count = int(np.ceil(len(samples) / (hop * rate)))
    middles = np.round(np.arange(count) * hop * rate).astype(int)
    half = round(1.5 * rate / low)
    padded = np.pad(samples, (half, half + 1))
    hz, strength = np.zeros(count), np.zeros(count)
    for first in range(0, count, _AT_A_TIME):
        some = slice(first, first + _AT_A_TIME)
        pieces = padded[middles[some, None] + np.arange(2 * half + 1)]
        hz[some], strength[some] = _peaks(pieces, rate, low, high)
    level = _levels(samples, middles, round(_SHORT * rate / 2))
    loud = (level > level.max(initial=-np.inf) - _QUIETER) & (level > _SILENCE)
    hz[~loud | (strength < voiced)] = 0
    return PitchTrack(hz, strength, level, hop)


def _peaks(
    pieces: np.ndarray, rate: int, low: float, high: float
) -> tuple[np.ndarray, np.ndarray]:
    """The pitch (F,) of windows (F, W) and the height of its peak (F,)."""
    window = np.hanning(pieces.shape[1] + 2)[1:-1]
    pieces = (pieces - pieces.mean(1, keepdims=True)) * window
    first, last = int(rate / high), int(np.ceil(rate / low))
    size = 1 << (pieces.shape[1] + last + 1).bit_length()
    power = np.abs(np.fft.rfft(np.vstack([pieces, window]), size)) ** 2
    lags = np.fft.irfft(power, size)[:, : last + 2]
    lags = lags / np.maximum(lags[:, :1], 1e-12)
    own, window_own = lags[:-1], lags[-1]
    heights = own / window_own
    k = np.arange(first, last + 1)
    left, here, right = (heights[:, k + step] for step in (-1, 0, 1))
    peak = (here > left) & (here >= right)
    score = np.where(peak, here - _OCTAVE * np.log2(k / first), -np.inf)
    best = score.argmax(1)
    rows = np.arange(len(best))
    a, b, c = left[rows, best], here[rows, best], right[rows, best]
    bend = a - 2 * b + c
    shift = np.where(bend < 0, 0.5 * (a - c) / np.where(bend < 0, bend, 1), 0)
    found = peak[rows, best]
    height = np.where(found, b - 0.25 * (a - c) * shift, 0)
    return np.where(found, rate / (k[best] + shift), 0), height


def _levels(samples: np.ndarray, middles: np.ndarray, half: int) -> np.ndarray:
    """Root mean square around the middle of each window, in dB."""
    total = np.concatenate([[0.0], np.cumsum(samples**2)])
    start = np.clip(middles - half, 0, len(samples))
    stop = np.clip(middles + half, 0, len(samples))
    mean = (total[stop] - total[start]) / np.maximum(stop - start, 1)
    return 10 * np.log10(np.maximum(mean, 1e-12))
