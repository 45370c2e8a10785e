"""Writes video files with PyAV."""

import math
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from tgdfer_mm.files import replacing
from tgdfer_mm.sound.reading import Sound
from tgdfer_mm.video.opening import open_media, output_name
from tgdfer_mm.video.optional_packages import need


def write_video(
    path: str | Path,
    frames: Iterable[np.ndarray],
    fps: float,
    *,
    codec: str = 'libx264',
    pixels: str = 'yuv420p',
    sound: Sound | None = None,
) -> None:
    """Writes frames into a video file, whole or not at all.

    Args:
        path: The file; its ending chooses the container.
        frames: (H, W, 3) uint8 RGB, one size; `yuv420p` needs it even.
        fps: Their rate.
        codec: FFmpeg's name of the encoder.
        pixels: FFmpeg's name of the pixel format.
        sound: Sound from the first frame on, written as AAC, also if it is longer than
            the frames.
    """
    av = need('av')
    path = Path(path)
    options = {'crf': '18', 'preset': 'veryfast'} if codec == 'libx264' else {}
    with replacing(path) as temporary:
        with av.open(output_name(temporary), 'w', format=_container(path)) as container:
            stream, heard = None, None
            for number, frame in enumerate(frames, 1):
                if stream is None:
                    rate = Fraction(fps).limit_denominator(1001)
                    stream = container.add_stream(codec, rate=rate, options=options)
                    stream.height, stream.width = frame.shape[:2]
                    stream.pix_fmt = pixels
                    heard = sound and _Voice(container, sound)
                picture = av.VideoFrame.from_ndarray(frame, format='rgb24')
                container.mux(stream.encode(picture))
                if heard:
                    heard.write(number / fps)
            if stream is None:
                raise ValueError(f'{path}: there is no frame to write')
            container.mux(stream.encode())
            if heard:
                heard.write(math.inf)


class _Voice:
    """A sound that is written together with the pictures, up to their time.

    Args:
        container: Container to write into.
        sound: The sound.
    """

    def __init__(self, container: Any, sound: Sound) -> None:
        self._container, self._sound, self._done = container, sound, 0
        self._stream = container.add_stream('aac', rate=sound.rate, layout='mono')

    def write(self, end: float) -> None:
        """Writes up to a time in seconds; infinity writes all and ends the stream."""
        av, rate, size = need('av'), self._sound.rate, self._stream.frame_size or 1024
        samples = self._sound.samples
        while self._done < len(samples):
            stop = min(self._done + size, len(samples))
            if stop > end * rate:
                return
            block = np.ascontiguousarray(samples[None, self._done : stop], np.float32)
            frame = av.AudioFrame.from_ndarray(block, format='fltp', layout='mono')
            frame.rate, frame.pts = rate, self._done
            frame.time_base = Fraction(1, rate)
            self._container.mux(self._stream.encode(frame))
            self._done = stop
        if end == math.inf:
            self._container.mux(self._stream.encode())


def repeat_video(path: str | Path, out: str | Path, times: int) -> None:
    """Writes a video that plays another one several times, without encoding again.

    Args:
        path: A video file; its sound is left out.
        out: The file to write.
        times: How often it is played.
    """
    av = need('av')
    out = Path(out)
    with replacing(out) as temporary:
        with av.open(output_name(temporary), 'w', format=_container(out)) as target:
            stream, shift = None, 0
            for _ in range(times):
                with open_media(path) as source:
                    video = source.streams.video[0]
                    if stream is None:
                        stream = target.add_stream_from_template(video)
                    end = shift
                    for packet in source.demux(video):
                        if packet.dts is None:
                            continue  # the flush at the end
                        packet.pts += shift
                        packet.dts += shift
                        end = max(end, packet.pts + packet.duration)
                        packet.stream = stream
                        target.mux(packet)
                    shift = end


def _container(path: Path) -> str:
    """FFmpeg's name of the container, as the temporary file's ending says nothing."""
    return {'.mkv': 'matroska'}.get(path.suffix, path.suffix[1:])
