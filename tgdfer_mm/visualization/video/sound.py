"""Adds the sound of a video to new pictures.

If the sound is faulty, the pictures are still kept.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from fractions import Fraction
from heapq import merge
from pathlib import Path
from typing import Any

import numpy as np

from ...sound.sound_clock import SoundClock
from ...video.opening import open_media, output_name, picture_stream, reason
from ...video.optional_packages import need

# Codecs that players expect in an MP4 file; others are encoded again as AAC.
COPIED = ('aac', 'mp3', 'ac3', 'eac3', 'alac', 'opus')
LEAD_IN = 0.1  # seconds
_GAP = 0.05  # seconds; a shorter gap comes from rounded stamps and is not silence


def add_sound(pictures: Path, source: Path, out: Path) -> str:
    """Adds the first sound stream of a video to encoded pictures.

    A stream in a codec that MP4 players know is copied. If copying fails, it is encoded
    again.

    Args:
        pictures: An MP4 file without sound.
        source: Video that has the sound.
        out: File to write: pictures with sound, or only the pictures.

    Returns:
        A sentence about the fault of the sound; empty if there is none.
    """
    failed = 'there is none'
    for carry in (_copied, _encoded):
        try:
            return _write(pictures, source, out, carry)
        # FFmpeg can refuse a sound with many kinds of errors.
        except Exception as err:
            failed = reason(err)
    pictures.replace(out)
    return f'the sound of the video is left out: {failed}'


def _write(pictures: Path, source: Path, out: Path, carry: Callable) -> str:
    av, options = need('av'), {'movflags': 'faststart'}
    with ExitStack() as stack:
        given = stack.enter_context(open_media(source))
        shown = stack.enter_context(open_media(pictures))
        target = output_name(out)
        written = stack.enter_context(av.open(target, 'w', 'mp4', options=options))
        clock = SoundClock(_start(given))
        video = shown.streams.video[0]
        stream = written.add_stream_from_template(video)
        sound = carry(av, given, written, clock)
        first = next(sound, None)
        if first is None:
            raise ValueError('no part of it can be read')
        for packet in merge(_of(stream, shown.demux(video)), [first], sound, key=_when):
            written.mux(packet)
    return clock.problem()


def _start(given: Any) -> float:
    """The time of the first picture, from which the sound is counted, too."""
    video = picture_stream(given)
    if video is None or video.start_time is None:
        return 0.0
    return float(video.start_time * video.time_base)


def _of(stream: Any, packets: Iterator) -> Iterator:
    for packet in packets:
        if packet.size:
            packet.stream = stream
            yield packet


def _when(packet: Any) -> float:
    return float(packet.dts * packet.time_base)


def _seconds(count: int | None, base: Fraction) -> float | None:
    return None if count is None else float(count * base)


def _read(av: Any, given: Any, source: Any, clock: SoundClock) -> Iterator:
    """Packets of the sound, up to the place where reading fails."""
    try:
        yield from given.demux(source)
    except (av.error.FFmpegError, OSError, ValueError):
        clock.damaged += 1


def _copied(av: Any, given: Any, written: Any, clock: SoundClock) -> Iterator:
    source = given.streams.audio[0]
    if source.codec_context.name not in COPIED:
        raise ValueError(
            f'{source.codec_context.name} cannot be the sound of an MP4 file'
        )
    stream, last = written.add_stream_from_template(source), None
    for packet in _read(av, given, source, clock):
        if not packet.size:
            continue
        base = packet.time_base
        stamp = packet.pts if packet.dts is None else packet.dts
        length = _seconds(packet.duration, base) or 0.0
        time = clock(_seconds(stamp, base), length)
        # An encoder adds a lead-in just before the start, which players skip.
        if time <= -LEAD_IN:
            continue
        ticks = round(time / base)
        packet.pts = packet.dts = ticks if last is None else max(ticks, last + 1)
        last, packet.stream = packet.dts, stream
        yield packet


def _encoded(av: Any, given: Any, written: Any, clock: SoundClock) -> Iterator:
    source = given.streams.audio[0]
    rates = sorted(av.Codec('aac', 'w').audio_rates)
    rate = next((r for r in rates if r >= (source.rate or 0)), rates[-1])
    stream = written.add_stream('aac', rate=rate)
    stream.layout = 'mono' if source.channels == 1 else 'stereo'
    done = 0
    for frame in _resampled(av, given, source, stream, clock):
        frame.pts, frame.time_base = done, Fraction(1, rate)
        done += frame.samples
        yield from stream.encode(frame)
    yield from stream.encode(None)


def _resampled(
    av: Any, given: Any, source: Any, stream: Any, clock: SoundClock
) -> Iterator:
    """Frames of sound in the encoder's format, without gaps."""
    form, done, kind, resampler = stream.format, 0.0, None, None
    for packet in _read(av, given, source, clock):
        try:
            frames = packet.decode()
        except (av.error.FFmpegError, ValueError):
            clock.damaged += bool(packet.size)
            continue
        for frame in frames:
            length = frame.samples / frame.rate
            base = frame.time_base or source.time_base
            time = clock(_seconds(frame.pts, base), length)
            if time + length <= 0:
                continue
            if time > done + _GAP:
                yield from _silence(av, stream, time - done)
                done = time
            done += length
            if kind != (frame.format.name, frame.layout.name, frame.rate):
                kind = frame.format.name, frame.layout.name, frame.rate
                resampler = av.AudioResampler(form, stream.layout, stream.rate)
            frame.pts = None
            yield from resampler.resample(frame)
    if resampler is not None:
        yield from resampler.resample(None)


def _silence(av: Any, stream: Any, seconds: float) -> Iterator:
    left, channels = round(seconds * stream.rate), stream.layout.nb_channels
    while left > 0:
        count = min(left, stream.rate)
        nothing = np.zeros((channels, count), np.float32)
        frame = av.AudioFrame.from_ndarray(nothing, 'fltp', stream.layout.name)
        frame.rate = stream.rate
        left -= count
        yield frame
