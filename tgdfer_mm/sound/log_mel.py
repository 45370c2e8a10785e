"""The log-mel spectrum of a sound over time."""

import numpy as np

BANDS = 40
HOP = 0.01  # seconds from one frame to the next
_WINDOW = 0.025  # seconds
_FLOOR = 1e-6  # power; everything below is silence


def hz_to_mel(hz: np.ndarray | float) -> np.ndarray | float:
    """Hz to mel: 2595 log10(1 + f / 700) [from HTK; O'Shaughnessy 1987]."""
    return 2595.0 * np.log10(1.0 + np.asarray(hz) / 700.0)


def mel_to_hz(mel: np.ndarray | float) -> np.ndarray | float:
    """Mel to Hz."""
    return 700.0 * (10.0 ** (np.asarray(mel) / 2595.0) - 1.0)


def mel_filters(
    rate: int, size: int, bands: int = BANDS, low: float = 50.0, high: float = 7600.0
) -> np.ndarray:
    """Triangles of height 1, whose corners are evenly spaced in mel.

    Args:
        rate: Samples a second.
        size: Samples of a Fourier transform.
        bands: Number of bands.
        low: Lowest corner, Hz.
        high: Highest corner, Hz; at most half the rate.

    Returns:
        (bands, size // 2 + 1), one row for each band, one column for each frequency.

    Raises:
        ValueError: The corners do not ascend, or a band is narrower than the distance
            of two frequencies.
    """
    high = min(high, rate / 2)
    if bands < 1 or not 0 <= low < high:
        raise ValueError(
            f'bands={bands} from low={low} to high={high} Hz: give at least one band '
            'and a range above 0'
        )
    corners = mel_to_hz(np.linspace(hz_to_mel(low), hz_to_mel(high), bands + 2))
    left, middle, right = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    hz = np.fft.rfftfreq(size, 1 / rate)
    rising, falling = (hz - left) / (middle - left), (right - hz) / (right - middle)
    filters = np.maximum(0, np.minimum(rising, falling))
    if not filters.any(axis=1).all():
        raise ValueError(
            f'bands={bands} are too many for windows of {size} samples: give fewer '
            'bands'
        )
    return filters


def log_mel(
    samples: np.ndarray, rate: int, bands: int = BANDS, hop: float = HOP
) -> np.ndarray:
    """Logarithms of the power in each band, for each frame.

    Frame i is centred on the time ``i * hop``. Before and after the sound there is
    silence. The windows are Hann windows of 25 ms [choice]. A sine of amplitude 1 in
    the middle of a band gives 0.8 to 1.4, because neighbouring frequencies also have a
    part of it. Silence gives log(1e-6).

    Args:
        samples: (N,) float.
        rate: Samples a second.
        bands: Number of bands.
        hop: Seconds from one frame to the next.

    Returns:
        (F, bands) float32, F = ceil(N / (hop * rate)), at least 1.

    Raises:
        ValueError: `samples` has more axes than one, or see :func:`mel_filters`.
    """
    samples = np.asarray(samples, np.float32)
    if samples.ndim != 1:
        raise ValueError(
            f'samples must have the shape (N,) of one channel, not {samples.shape}'
        )
    width = round(_WINDOW * rate)
    # zeros around the window: finer than the bands
    size = 1 << (2 * width - 1).bit_length()
    starts = np.round(
        np.arange(max(1, np.ceil(len(samples) / (hop * rate)))) * hop * rate
    )
    starts = starts.astype(int)
    half = width // 2
    padded = np.pad(samples, (half, width))
    window = np.hanning(width + 2)[1:-1].astype(np.float32)
    filters = mel_filters(rate, size, bands).T.astype(np.float32)
    out = np.empty((len(starts), bands), np.float32)
    for first in range(0, len(starts), 4096):  # so that an hour fits into memory
        some = starts[first : first + 4096]
        pieces = padded[some[:, None] + np.arange(width)] * window
        power = np.abs(np.fft.rfft(pieces, size)) ** 2 * (4 / window.sum() ** 2)
        out[first : first + 4096] = np.log(np.maximum(power @ filters, _FLOOR))
    return out


def windows_at(
    frames: np.ndarray, times: np.ndarray, width: int, hop: float = HOP
) -> np.ndarray:
    """The frames around some times, such as those of sampled pictures.

    Args:
        frames: (F, ...), frame i is at the time ``i * hop``.
        times: (T,) seconds.
        width: Number of frames of each window; the time is in its middle.
        hop: Seconds from one frame to the next.

    Returns:
        (T, width, ...); the first and the last frame are repeated at the ends.

    Raises:
        ValueError: There is no frame, or the width is not above 0.
    """
    if not len(frames) or width < 1:
        raise ValueError(
            f'{len(frames)} frames and width={width}: both must be above 0'
        )
    middle = np.round(np.asarray(times, float) / hop).astype(int)
    inds = middle[:, None] + np.arange(width) - width // 2
    return frames[np.clip(inds, 0, len(frames) - 1)]
