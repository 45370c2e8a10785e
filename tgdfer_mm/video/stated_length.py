"""How many pictures a file says that it has, and whether they are there."""

import re
from typing import Any, NamedTuple

from .optional_packages import need

# Containers that state how many pictures or seconds a stream has; of others FFmpeg
# measures what is there.
_COUNTED = {'mov', 'avi', 'ivf'}
_TIMED = {'mov', 'mxf'}
_TIMED_TOGETHER = {'flv', 'asf'}  # the length of the longest stream alone


class StatedLength(NamedTuple):
    """What a container states of a stream of pictures; None where it does not.

    Attributes:
        packets: How many.
        start: Where the first one begins, seconds in the time of the stream.
        end: Where the last one ends.
    """

    packets: int | None
    start: float
    end: float | None

    def are_missing(
        self, packets: int, end: float | None, step: float, cut: bool | None
    ) -> bool:
        """Whether pictures are missing at the end of the file.

        Args:
            packets: How many were read.
            end: Where the last picture ends, None if it has no time stamp.
            step: Seconds from one picture to the next.
            cut: Whether the file lacks bytes, see :func:`.file_end.is_cut_off`.
        """
        if packets == self.packets:
            return False
        if cut and self.packets is not None:
            return True  # with more of them it is a file in parts, without its length
        if self.end is None or end is None:
            return bool(cut)
        # What a whole file states may be wrong by a picture or two.
        if end < self.end - step * (0.5 if cut else 2.5):
            return True
        # The last ones in the file are not always the last ones shown.
        return bool(cut) and packets < round((self.end - self.start) / step)


def stated_length(container: Any, stream: Any) -> StatedLength:
    """Reads it off an open file."""
    formats = set(container.format.name.split(','))
    packets = stream.frames if formats & _COUNTED else 0
    start = float((stream.start_time or 0) * stream.time_base)
    return StatedLength(packets or None, start, _end(container, stream, formats, start))


def _end(container: Any, stream: Any, formats: set, start: float) -> float | None:
    # Matroska keeps a stream's end as a tag; in other files it is a copy of one.
    tag = 'matroska' in formats and re.fullmatch(
        r'(\d+):(\d+):([\d.]+)', stream.metadata.get('DURATION', '')
    )
    if tag:
        hours, minutes, seconds = tag.groups()
        end = int(hours) * 3600 + int(minutes) * 60 + float(seconds)
        whole = container.duration
        return min(end, whole / need('av').time_base) if whole else end
    parts = 'mov' in formats and not stream.frames  # measured on what is there
    if formats & _TIMED and stream.duration and not parts:
        return start + float(stream.duration * stream.time_base)
    # The file's own length may be the sound's.
    alone = not container.streams.audio
    if formats & _TIMED_TOGETHER and alone and container.duration:
        return container.duration / need('av').time_base  # counted from 0
    return None


def expected_frames(container: Any, stream: Any, rate: float) -> int | None:
    """About how many frames there are, for a progress bar; None if unknown."""
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
