"""The number of pictures that a file states, and whether they are all there."""

import re
from typing import Any, NamedTuple

from .optional_packages import need

# Containers that state how many pictures or seconds a stream has. For others FFmpeg
# measures only what is there.
_COUNTED = {'mov', 'avi', 'ivf'}
_TIMED = {'mov', 'mxf'}
_TIMED_TOGETHER = {'flv', 'asf'}  # states only the length of the longest stream


class StatedLength(NamedTuple):
    """The length of a video stream as its container states it; None if it does not.

    Attributes:
        packets: Number of packets.
        start: Time at which the first one begins, seconds in the time of the stream.
        end: Time at which the last one ends, seconds.
    """

    packets: int | None
    start: float
    end: float | None

    def are_missing(
        self, packets: int, end: float | None, step: float, cut: bool | None
    ) -> bool:
        """Whether pictures are missing at the end of the file.

        Args:
            packets: Number of packets that were read.
            end: Time at which the last picture ends, None if it has no time stamp.
            step: Seconds from one picture to the next.
            cut: Whether bytes are missing, see :func:`.file_end.is_cut_off`.
        """
        if packets == self.packets:
            return False
        if cut and self.packets is not None:
            # a file in parts has more packets, and does not state its length
            return True
        if self.end is None or end is None:
            return bool(cut)
        # The statement of a complete file may be wrong by one or two pictures.
        if end < self.end - step * (0.5 if cut else 2.5):
            return True
        # The last pictures in the file are not always the last ones that are shown.
        return bool(cut) and packets < round((self.end - self.start) / step)


def stated_length(container: Any, stream: Any) -> StatedLength:
    """Reads the stated length from an open file."""
    formats = set(container.format.name.split(','))
    packets = stream.frames if formats & _COUNTED else 0
    start = float((stream.start_time or 0) * stream.time_base)
    return StatedLength(packets or None, start, _end(container, stream, formats, start))


def _end(container: Any, stream: Any, formats: set, start: float) -> float | None:
    # Matroska stores a stream's end as a tag; in other files the tag is only a copy.
    tag = 'matroska' in formats and re.fullmatch(
        r'(\d+):(\d+):([\d.]+)', stream.metadata.get('DURATION', '')
    )
    if tag:
        hours, minutes, seconds = tag.groups()
        end = int(hours) * 3600 + int(minutes) * 60 + float(seconds)
        whole = container.duration
        return min(end, whole / need('av').time_base) if whole else end
    # measured from the packets that are there
    parts = 'mov' in formats and not stream.frames
    if formats & _TIMED and stream.duration and not parts:
        return start + float(stream.duration * stream.time_base)
    # The length of the file may be that of the sound.
    alone = not container.streams.audio
    if formats & _TIMED_TOGETHER and alone and container.duration:
        return container.duration / need('av').time_base  # counted from 0
    return None


def expected_frames(container: Any, stream: Any, rate: float) -> int | None:
    """The approximate number of frames, for a progress bar; None if unknown."""
    if stream.frames:
        return stream.frames
    stated = stated_length(container, stream)
    if stated.end is not None:
        return round((stated.end - stated.start) * rate)
    if stream.duration:
        return round(float(stream.duration * stream.time_base) * rate)
    if container.duration and not container.streams.audio:
        return round(container.duration / need('av').time_base * rate)
    return None
