"""Reads the sound of a video or a sound file: one channel, in the pictures' time."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..video.errors import InputError, UsageError
from ..video.file_end import is_cut_off
from ..video.opening import open_media, picture_stream, reason
from ..video.optional_packages import need
from ..video.stream_decoder import StreamDecoder
from .sound_clock import SoundClock

RATE = 16000  # samples a second
_RATES = 4000, 192000
_GAP = 0.05  # seconds; a shorter gap comes from rounded stamps and is not silence


@dataclass(frozen=True)
class Sound:
    """One channel of sound.

    Attributes:
        samples: (N,) float32, usually from -1 to 1. The first sample is at the time of
            the first picture.
        rate: Samples a second.
        notes: Sentences about what else the user must know.
    """

    samples: np.ndarray
    rate: int = RATE
    notes: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """The length of the sound, seconds."""
        return len(self.samples) / self.rate


def read_sound(path: str | Path, rate: int = RATE) -> Sound | None:
    """Reads the first sound of a file.

    Channels are averaged [choice], so that the same voice in two channels is as loud as
    in one. Time is counted from the first picture, as for frames. Sound before the
    first and after the last picture is left out. If there is no sound while pictures
    are shown, the samples are 0. If the file has no pictures, all of its sound is used.

    Args:
        path: A video, or a sound file such as WAV.
        rate: Samples a second of the result, 4000 to 192000.

    Returns:
        The sound; None if the file has none.

    Raises:
        InputError: The file cannot be read, its sound is damaged, or it is cut off.
        UsageError: The rate is not allowed.
    """
    path = Path(path)
    whole = isinstance(rate, int | np.integer) and not isinstance(rate, bool)
    if not whole or not _RATES[0] <= rate <= _RATES[1]:
        raise UsageError(
            f'rate={rate!r} must be a whole number of samples a second, {_RATES[0]} to '
            f'{_RATES[1]}'
        )
    with open_media(path) as container:
        if not container.streams.audio:
            return None
        shown = _shown(path, container)
    start, end = shown or (None, None)
    # The file is opened again, because reading the pictures' times has moved on in it.
    with open_media(path) as container:
        stream = container.streams.audio[0]
        if start is None:
            start = float((stream.start_time or 0) * stream.time_base)
        clock, decoder = SoundClock(start), StreamDecoder(container, stream)
        runs = list(_runs(decoder, clock, int(rate)))
        problem = decoder.problem() or decoder.end_error
        if problem:
            raise InputError(f'{path}: its sound is damaged: {problem}')
        if is_cut_off(path, container.format.name):
            raise InputError(f'{path}: is cut off, and a part of its sound is missing')
    if not runs:
        raise InputError(f'{path}: states a sound, but no part of it can be read')
    heard = max(at + len(block) for at, block in runs)
    count = max(0, heard if end is None else round((end - start) * rate))
    samples = np.zeros(count, np.float32)
    for at, block in runs:
        first, stop = max(0, at), min(count, at + len(block))
        if first < stop:
            samples[first:stop] = block[first - at : stop - at]
    notes = list(filter(None, [clock.problem()]))
    if abs(heard - count) > rate * _GAP:
        than = 'longer' if heard > count else 'shorter'
        notes.append(
            f'the sound ends at {heard / rate:.2f} s, {than} than the pictures, which '
            f'end at {count / rate:.2f} s'
        )
    return Sound(samples, int(rate), tuple(notes))


def _shown(path: Path, container: Any) -> tuple[float, float] | None:
    """Start of the first picture and end of the last one; None without pictures."""
    stream = picture_stream(container)
    if stream is None:
        return None
    step = 1 / float(stream.average_rate or 25)
    start, end, key = None, None, None
    try:
        for packet in container.demux(stream):
            stamp = packet.dts if packet.pts is None else packet.pts
            if stamp is None or not packet.size:
                continue
            if key is None and packet.is_keyframe:
                key = stamp
            # Pictures before the first key picture need others that were cut away, so
            # they are not shown. Pictures that an edit list hides are not shown either.
            if key is None or stamp < key or packet.is_discard:
                continue
            time = float(stamp * packet.time_base)
            length = float((packet.duration or 0) * packet.time_base)
            start = time if start is None else min(start, time)
            end = max(end or time, time + (length or step))
    except (need('av').error.FFmpegError, OSError, ValueError) as err:
        raise InputError(f'{path}: reading fails ({reason(err)})') from err
    return None if start is None else (start, end)


def _runs(
    decoder: StreamDecoder, clock: SoundClock, rate: int
) -> Iterator[tuple[int, np.ndarray]]:
    """Parts of sound without a gap: number of the first sample, and (n,) float32.

    Small errors of the stamps inside a part are ignored.
    """
    av, kind, blocks, at, done = need('av'), None, [], 0.0, 0.0
    resampler = None

    def finished() -> tuple[int, np.ndarray]:
        blocks.extend(map(_one_channel, resampler.resample(None)))
        return round(at * rate), np.concatenate(blocks or [np.zeros(0, np.float32)])

    for frame in decoder:
        length = frame.samples / frame.sample_rate
        stamp = None if frame.pts is None else float(frame.pts * frame.time_base)
        time = clock(stamp, length)
        now = frame.format.name, frame.layout.name, frame.sample_rate
        if kind != now or abs(time - done) > _GAP:
            if resampler is not None:
                yield finished()
            resampler = av.AudioResampler(format='fltp', rate=rate)
            kind, blocks, at, done = now, [], time, time
        done += length
        frame.pts = None
        blocks.extend(map(_one_channel, resampler.resample(frame)))
    if resampler is not None:
        yield finished()


def _one_channel(frame: Any) -> np.ndarray:
    return frame.to_ndarray().mean(axis=0, dtype=np.float32)
