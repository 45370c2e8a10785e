"""Video files, decoded in order with PyAV."""

import errno
import os
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from .errors import InputError
from .file_end import is_cut_off
from .frames import MAX_PIXELS, Frame, Source, SourceInfo
from .opening import open_media, picture_stream
from .optional_packages import need
from .picture_size import check_size
from .stamps import FrameClock
from .stated_length import expected_frames, stated_length
from .stream_decoder import StreamDecoder

_THREADS = 8
_KINDS = 8  # largest number of scalers that are kept, one for each size and format
MAX_SIDE = 1920  # pixels; larger pictures are shrunk, because no crop needs more
_PIXEL = 100.0  # largest believable ratio of a pixel's width and height


class VideoFileSource(Source):
    """The frames of a video file.

    Times are those of the stream, so a variable frame rate is kept. Pictures are as
    players show them: the rotation that phones store is applied, and the width is
    scaled so that pixels are square. If the size or shape of the pictures changes, all
    are fitted into that of the first one. Only a few frames are in memory at a time.
    Damaged frames are skipped, and `problems` counts them.

    Args:
        path: The file.
        formats: See :func:`.opening.open_media`.
        max_pixels: Largest number of pixels of a frame, see there.
        max_side: Longest side, pixels. Larger pictures are shrunk to it; None shrinks
            none.

    Raises:
        InputError: The file is missing, empty or not a video, has larger frames, or no
            frame can be decoded.
    """

    threads = True

    def __init__(
        self,
        path: Path,
        formats: str | None = None,
        max_pixels: int = MAX_PIXELS,
        max_side: int | None = MAX_SIDE,
    ) -> None:
        super().__init__()
        self._max_side = max_side
        self._av = need('av')
        self._path = path
        self._threads = _threads()
        self._max_pixels = max_pixels
        self._of_thread = threading.local()  # two threads must not use the same scaler
        self._convertible: dict[str, bool] = {}
        with ExitStack() as stack:
            opened = open_media(path, formats, max_pixels)
            self._container = stack.enter_context(opened)
            self._open_stream()
            self._opened = stack.pop_all()

    def _open_stream(self) -> None:
        self._stream = stream = picture_stream(self._container)
        streams = self._container.streams
        if stream is None:
            kinds = ', '.join(sorted({s.type for s in streams} - {'video'}))
            cover = ' with a cover picture' if streams.video else ''
            raise InputError(
                f'{self._path}: has no moving pictures, only '
                f'{kinds or "nothing"}{cover}'
            )
        # Decoding several frames at once would lose those next to a damaged one.
        stream.thread_type = 'SLICE'
        stream.thread_count = self._threads
        check_size(self._path, stream.width, stream.height, self._max_pixels)
        self._decoder = StreamDecoder(self._container, stream)
        self._decoded = iter(self._decoder)
        self._first = first = next(self._decoded, None)
        if first is None:
            check_size(self._path, *self._decoder.stated_size, self._max_pixels)
            problem = self._decoder.problem() or self._decoder.end_error
            what = 'damaged or cut off'
            # A size that is too large is an invalid argument, or not even stated.
            if self._decoder.first_errno == errno.EINVAL or not stream.width:
                most = f'{self._max_pixels:,} pixels (video.max_pixels)'
                what = f'damaged, cut off or larger than {most}'
            elif self._decoder.first_errno == errno.ENOMEM:
                what = 'damaged, or there is too little memory for it'
            raise InputError(
                f'{self._path}: no frame can be decoded, it is {what}'
                + (f' ({problem})' if problem else '')
            )
        if not self._can_be_shown(first):
            raise InputError(
                f'{self._path}: pictures of the format {first.format.name!r} cannot be '
                'converted. Convert the video first, for example with ffmpeg'
            )
        self._pixel = _pixel(stream.sample_aspect_ratio)
        self._first_pixel = stream.codec_context.sample_aspect_ratio
        self._shape = width, height, turns = self._shape_of(first)
        if turns % 2:
            width, height = height, width
        rates = stream.average_rate, stream.guessed_rate
        # Some containers count in ticks instead.
        rate = next((r for r in rates if r and r < 1000), rates[0] or 25)
        self.info = SourceInfo(
            str(self._path),
            width,
            height,
            max(round(float(rate), 4), 1e-4),
            has_audio=bool(streams.audio),
            rotation=90 * turns,
        )
        self.total = expected_frames(self._container, stream, self.info.fps)

    def _can_be_shown(self, frame: Any) -> bool:
        """Whether FFmpeg converts this format, which may change within a file."""
        name = frame.format.name
        if name not in self._convertible:
            try:
                self._scaled(frame, 16, 16, 'rgb24')
                self._convertible[name] = True
            except (self._av.error.FFmpegError, OSError, ValueError):
                self._convertible[name] = False
        return self._convertible[name]

    def _shape_of(self, frame: Any) -> tuple[int, int, int]:
        """Displayed width and height before the quarter turns, and their number."""
        pixel, own = self._pixel, self._stream.codec_context.sample_aspect_ratio
        if own != self._first_pixel:
            pixel = _pixel(own)
        width = max(1, round(frame.width * pixel))
        return width, frame.height, round(frame.rotation / 90) % 4

    def _frames(self) -> Iterator[Frame]:
        info, changes = self.info, 0
        clock = FrameClock(1 / info.fps)
        largest = max(info.width, info.height)
        scale = min(1.0, (self._max_side or largest) / largest)
        *sides, turns = self._shape
        size = tuple(max(1, round(v * scale)) for v in sides)
        frames = filter(self._can_be_shown, chain([self._first], self._decoded))
        for index, frame in enumerate(frames):
            last, time = frame, round(clock(frame.time), 6)
            if self._shape_of(frame) != self._shape:
                changes += 1
                yield Frame(index, time, self._fitted(frame, scale), scale=scale)
                continue
            if (frame.width, frame.height) != size:
                frame = self._scaled(frame, *size, _pixels(frame))
            yield Frame(index, time, frame, turns, scale, self._to_rgb)
        if changes:
            self.notes.append(
                f'the size or shape of the pictures changes: {changes} of them are '
                f'scaled to that of the first one, {info.width} x {info.height}'
            )
        if clock.restarts:
            self.times_are_stamps = False
            self.notes.append(
                f'the time stamps start again or jump {clock.restarts} times: there '
                'the times go on without a gap'
            )
        self._judge(last, clock)

    def frame_at(self, time: float) -> Frame | None:
        """The frame at a given time; frames long before it are not decoded.

        Call it only if `times_are_stamps` was true, on a source that is not iterated.

        Args:
            time: Seconds from the first frame.

        Returns:
            The frame; None if none can be decoded there. Its index is unknown (-1).
        """
        step, first = 0.5 / self.info.fps, float(self._first.time or 0.0)
        place = round((first + time) / self._stream.time_base)
        try:
            self._container.seek(place, stream=self._stream)
            for frame in self._container.decode(self._stream):
                if frame.time is None or frame.time - first < time - step:
                    continue
                if frame.time - first > time + 1 or not self._can_be_shown(frame):
                    return None
                picture = self._fitted(frame, 1.0)
                return Frame(-1, frame.time - first, picture)
        except (self._av.error.FFmpegError, OSError, ValueError):
            pass
        return None

    def damage(self) -> str:
        """A sentence about the damage so far, empty if there is none."""
        return self._decoder.problem()

    def _judge(self, last: Any, clock: FrameClock) -> None:
        """Notes what was damaged, and whether pictures are missing at the end."""
        if problem := self.damage():
            self.problems.append(problem)
        for name in (n for n, can in self._convertible.items() if not can):
            self.problems.append(f'left out: pictures of the format {name!r}')
        cut = is_cut_off(self._path, self._container.format.name)
        if (error := self._decoder.end_error) and cut is not False:
            self.problems.append(f'reading fails before the end of the file ({error})')
        stated = stated_length(self._container, self._stream)
        step, end = 1 / self.info.fps, None
        if last.time is not None:
            own = float(last.duration * last.time_base) if last.duration else 0.0
            end = last.time + max(own, step)
        unknown = cut is None and stated.end is None
        if stated.are_missing(self._decoder.packets, end, step, cut) or (
            unknown and clock.holes_at_the_end
        ):
            at = self.info.duration
            of = '' if stated.end is None else f' of {stated.end - stated.start:.2f} s'
            self.problems.append(
                f'the pictures end at {at:.2f} s{of}: the file is cut off or damaged'
            )
        elif cut:
            self.notes.append(
                'the file is cut off, but all of its pictures are there; of its sound '
                'something may be missing'
            )

    def _fitted(self, frame: Any, scale: float) -> np.ndarray:
        """A picture of another shape, upright, on a ground of the first one's size."""
        size = [max(1, round(v * scale)) for v in (self.info.height, self.info.width)]
        *sides, turns = self._shape_of(frame)
        room = size if turns % 2 else size[::-1]  # width, height before the turns
        factor = min(room[0] / sides[0], room[1] / sides[1])
        sides = [max(1, round(v * factor)) for v in sides]
        picture = np.rot90(self._to_rgb(frame, *sides), turns)
        height, width = picture.shape[:2]
        top, left = (size[0] - height) // 2, (size[1] - width) // 2
        ground = np.zeros((*size, 3), np.uint8)
        ground[top : top + height, left : left + width] = picture
        return ground

    def _scaled(self, frame: Any, width: int, height: int, pixels: str) -> Any:
        # Creating a scaler takes four times as long as shrinking a picture with it.
        # Each one has its own threads, and every picture of a file may have another
        # shape.
        reformatters = vars(self._of_thread).setdefault(
            'reformatters', defaultdict(self._av.video.reformatter.VideoReformatter)
        )
        if len(reformatters) > _KINDS:
            reformatters.clear()
        reformatter = reformatters[width, height, pixels]
        return reformatter.reformat(frame, width, height, pixels, threads=self._threads)

    def _to_rgb(self, frame: Any, width: int, height: int) -> np.ndarray:
        return self._scaled(frame, width, height, 'rgb24').to_ndarray()

    def close(self) -> None:
        self._opened.close()


def _threads() -> int:
    # Each thread takes memory, too much on machines with many cores.
    return min(_THREADS, os.cpu_count() or 1)


def _pixel(ratio: Any) -> float:
    """Width of a pixel whose height is 1; an impossible value counts as 1."""
    value = float(ratio or 1)
    return value if 1 / _PIXEL <= value <= _PIXEL else 1.0


def _pixels(frame: Any) -> str:
    """A format for the scaled picture, because not every format can be written."""
    name = frame.format.name
    return name if name.startswith('yuv') else 'rgb24'
