"""The frames of a short video file by their number, for training on clips."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .errors import InputError
from .file_end import is_cut_off
from .frames import Frame
from .opening import open_media, picture_stream, reason
from .optional_packages import need
from .stated_length import stated_length
from .video_file import VideoFileSource

# In these codecs each packet is one picture that is shown. In others some pictures are
# never shown (VP8), or one packet has two pictures (MPEG-4 in AVI).
_ONE_EACH = {
    'mov': {'h264', 'hevc', 'av1', 'vp9', 'mpeg4', 'mjpeg'},
    'matroska': {'h264', 'hevc', 'av1', 'vp9', 'mjpeg'},
    'avi': {'mjpeg'},
}


class ClipFile:
    """A complete video file.

    Frame i is the i-th one that a player shows. It is upright, with square pixels as
    :class:`.VideoFileSource` gives it, and in its full size. The file is closed between
    two calls. Frames are decoded one after the other up to the last one that is needed:
    clips of data sets are short, and a decoder could start at only a few of their
    frames.

    Args:
        path: The file.

    Attributes:
        total: Number of its frames.

    Raises:
        InputError: It cannot be read, holds no frame, or is cut off.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        counted = _count_packets(self.path)
        self.total = sum(1 for _ in self) if counted is None else counted
        if not self.total:
            raise InputError(
                f'{self.path}: has no frame: leave it out, or take another copy'
            )

    def __iter__(self) -> Iterator[Frame]:
        """All frames.

        Raises:
            InputError: Something in the file is damaged.
        """
        with VideoFileSource(self.path, max_side=None) as source:
            yield from self._undamaged(source)
            if source.problems:
                raise InputError(f'{self.path}: {source.problems[0]}')

    def pictures(self, numbers: Sequence[int]) -> list[np.ndarray]:
        """Some frames, (h, w, 3) RGB uint8, in the given order.

        Args:
            numbers: Numbers of the frames, from 0, in any order; they may repeat.

        Raises:
            InputError: One of them, or an earlier one, is damaged or missing.
        """
        wanted, found = set(map(int, numbers)), {}
        with VideoFileSource(self.path, max_side=None) as source:
            for frame in self._undamaged(source):
                if frame.index in wanted:
                    found[frame.index] = frame.rgb
                    if len(found) == len(wanted):
                        break
        if missing := sorted(wanted - found.keys()):
            raise InputError(
                f'{self.path}: frame {missing[0]} cannot be decoded; the file has '
                f'{source.info.frames} frames that can'
            )
        return [found[int(number)] for number in numbers]

    def _undamaged(self, source: VideoFileSource) -> Iterator[Frame]:
        for frame in source:
            if problem := source.damage():
                raise InputError(f'{self.path}: {problem}')
            yield frame


def _count_packets(path: Path) -> int | None:
    """The number of frames of a file, without decoding; None if only decoding can tell.

    Raises:
        InputError: The file cannot be read or is cut off.
    """
    with open_media(path) as container:
        stream = picture_stream(container)
        names = set(container.format.name.split(','))
        codec = stream and stream.codec_context.codec.canonical_name
        if not any(codec in _ONE_EACH.get(name, ()) for name in names):
            return None
        stated = stated_length(container, stream)
        step = 1 / float(stream.average_rate or 25)
        packets, shown, end, first = 0, 0, None, None
        try:
            for packet in container.demux(stream):
                if not packet.size:
                    continue
                first = first or packet
                if not first.is_keyframe or _is_before(packet, first):
                    # a packet that needs frames which were cut away is not shown
                    return None
                packets += 1
                shown += not packet.is_discard
                end = _later(end, packet, step)
        except (need('av').error.FFmpegError, OSError, ValueError) as err:
            raise InputError(f'{path}: reading fails ({reason(err)})') from err
        cut = is_cut_off(path, container.format.name)
        if stated.are_missing(packets, end, step, cut):
            of = '' if stated.packets is None else f' of {stated.packets}'
            raise InputError(
                f'{path}: is cut off or damaged after {packets}{of} frames'
            )
    return shown


def _is_before(packet: Any, first: Any) -> bool:
    if packet.is_discard or packet.pts is None or first.pts is None:
        return False
    return packet.pts < first.pts


def _later(end: float | None, packet: Any, step: float) -> float | None:
    if packet.pts is None:
        return end
    own = float(packet.duration * packet.time_base) if packet.duration else 0.0
    return max(end or 0.0, float(packet.pts * packet.time_base) + max(own, step))
