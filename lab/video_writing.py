"""Writing video files with PyAV."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import numpy as np

from tgdfer_mm.files import replacing
from tgdfer_mm.video.opening import open_media, output_name
from tgdfer_mm.video.optional_packages import need


def write_video(
    path: str | Path,
    frames: Iterable[np.ndarray],
    fps: float,
    *,
    codec: str = 'libx264',
    pixels: str = 'yuv420p',
) -> None:
    """Writes frames into a video file, whole or not at all.

    Args:
        path: The file; its ending says the container.
        frames: (H, W, 3) uint8 RGB, one size; `yuv420p` needs it even.
        fps: Their rate.
        codec: FFmpeg's name of the encoder.
        pixels: FFmpeg's name of the pixel format.
    """
    av = need('av')
    path = Path(path)
    options = {'crf': '18', 'preset': 'veryfast'} if codec == 'libx264' else {}
    with replacing(path) as temporary:
        with av.open(output_name(temporary), 'w', format=_container(path)) as container:
            stream = None
            for frame in frames:
                if stream is None:
                    rate = Fraction(fps).limit_denominator(1001)
                    stream = container.add_stream(codec, rate=rate, options=options)
                    stream.height, stream.width = frame.shape[:2]
                    stream.pix_fmt = pixels
                picture = av.VideoFrame.from_ndarray(frame, format='rgb24')
                container.mux(stream.encode(picture))
            if stream is None:
                raise ValueError(f'{path}: there is no frame to write')
            container.mux(stream.encode())


def repeat_video(path: str | Path, out: str | Path, times: int) -> None:
    """Writes a video that plays another one several times; nothing is encoded anew.

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
