"""The spectrum of a sound in time, in bands as wide as hearing has them."""

import numpy as np

BANDS = 40
HOP = 0.01  # seconds from one frame to the next
_WINDOW = 0.025  # seconds
_FLOOR = 1e-6  # power below which everything is silence


def hz_to_mel(hz: np.ndarray | float) -> np.ndarray | float:
    """Pitch as heard: 2595 log10(1 + f / 700) [from HTK; O'Shaughnessy 1987]."""
    return 2595.0 * np.log10(1.0 + np.asarray(hz) / 700.0)


def mel_to_hz(mel: np.ndarray | float) -> np.ndarray | float:
    """The other way."""
    return 700.0 * (10.0 ** (np.asarray(mel) / 2595.0) - 1.0)


def mel_filters(
    rate: int, size: int, bands: int = BANDS, low: float = 50.0, high: float = 7600.0
) -> np.ndarray:
    """Triangles of height 1, whose corners are evenly spaced in mel.

    Args:
        rate: Samples a second.
        size: Samples of a Fourier transform.
        bands: How many.
        low: Lowest corner, Hz.
        high: Highest corner, Hz; at most half the rate.

    Returns:
        (bands, size // 2 + 1), one row a band, one column a frequency.

    Raises:
        ValueError: The corners are not in order, or a band is narrower than the
            distance of two frequencies.
    """
    high = min(high, rate / 2)
    if bands < 1 or not 0 <= low < high:
        raise ValueError(
            f'bands={bands} from low={low} to high={high} Hz: at least one band and a '
            'range above 0 are needed'
        )
    corners = mel_to_hz(np.linspace(hz_to_mel(low), hz_to_mel(high), bands + 2))
    left, middle, right = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    hz = np.fft.rfftfreq(size, 1 / rate)
    rising, falling = (hz - left) / (middle - left), (right - hz) / (right - middle)
    filters = np.maximum(0, np.minimum(rising, falling))
    if not filters.any(axis=1).all():
        raise ValueError(f'bands={bands} are too many for windows of {size} samples')
    return filters


def log_mel(
    samples: np.ndarray, rate: int, bands: int = BANDS, hop: float = HOP
) -> np.ndarray:
    """Logarithms of the power in each band, frame by frame.

    Frame i is centred on the time ``i * hop``; outside the sound is silence. Windows
    are Hann's, of 25 ms [choice]. A sine of amplitude 1 in the middle of a band gives
    0.8 to 1.4, since neighbouring frequencies have a part of it; silence log(1e-6).

    Args:
        samples: (N,) float.
        rate: Samples a second.
        bands: How many.
        hop: Seconds from one frame to the next.

    Returns:
        (F, bands) float32, F = ceil(N / (hop * rate)), at least 1.

    Raises:
        ValueError: `samples` has more axes than one, or see :func:`mel_filters`.
    """
    samples = np.asarray(samples, np.float32)
    if samples.ndim != 1:
        raise ValueError(f'samples of one channel are (N,), not {samples.shape}')
    width = round(_WINDOW * rate)
    size = 1 << (2 * width - 1).bit_length()  # zeros around: finer than the bands
    starts = np.round(
        np.arange(max(1, np.ceil(len(samples) / (hop * rate)))) * hop * rate
    )
    starts = starts.astype(int)
    half = width // 2
    padded = np.pad(samples, (half, width))
    window = np.hanning(width + 2)[1:-1].astype(np.float32)
    filters = mel_filters(rate, size, bands).T.astype(np.float32)
    out = np.empty((len(starts), bands), np.float32)
    for first in range(0, len(starts), 4096):  # an hour fits into the memory
        some = starts[first : first + 4096]
        pieces = padded[some[:, None] + np.arange(width)] * window
        power = np.abs(np.fft.rfft(pieces, size)) ** 2 * (4 / window.sum() ** 2)
        out[first : first + 4096] = np.log(np.maximum(power @ filters, _FLOOR))
    return out


def windows_at(
    frames: np.ndarray, times: np.ndarray, width: int, hop: float = HOP
) -> np.ndarray:
    """The frames around some moments, such as those of sampled pictures.

    Args:
        frames: (F, ...), frame i of the time ``i * hop``.
        times: (T,) seconds.
        width: Frames of each window, the moment in its middle.
        hop: Seconds from one frame to the next.

    Returns:
        (T, width, ...); before the first frame and after the last one these repeat.

    Raises:
        ValueError: There is no frame, or no width.
    """
    if not len(frames) or width < 1:
        raise ValueError(
            f'{len(frames)} frames and width={width}: both must be above 0'
        )
    middle = np.round(np.asarray(times, float) / hop).astype(int)
    inds = middle[:, None] + np.arange(width) - width // 2
    return frames[np.clip(inds, 0, len(frames) - 1)]
