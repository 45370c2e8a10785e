"""Video files, decoded in order with PyAV."""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from .errors import InputError
from .frames import Frame, Source, SourceInfo
from .optional_packages import need

MAX_SIDE = 1920  # larger pictures are shrunk when read: no crop needs more
_TOLERANCE = 1.0  # seconds a stream may end before its stated end


class VideoFileSource(Source):
    """The frames of a video file.

    Times are the stream's own, so a variable frame rate is kept. The rotation that
    phones store next to the picture is applied. Only a few frames are in memory at a
    time. Damage is counted in `problems` and skipped.

    Args:
        path: The file.

    Raises:
        InputError: It is missing, empty, no video, or not one frame can be decoded.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._av = av = need('av')
        self._path = path
        self._reformatters = defaultdict(av.video.reformatter.VideoReformatter)
        if not path.is_file():
            raise InputError(f'{path}: there is no such file')
        if path.stat().st_size == 0:
            raise InputError(f'{path}: the file is empty (0 bytes)')
        try:
            # Titles and the like may be in any encoding.
            self._container = av.open(str(path), metadata_errors='replace')
        except (av.error.FFmpegError, ValueError) as err:
            raise InputError(
                f'{path}: not a video, or cut off before its index ({_reason(err)})'
            ) from err
        try:
            self._open_stream()
        except BaseException:
            self._container.close()
            raise

    def _open_stream(self) -> None:
        streams = self._container.streams
        attached = self._av.stream.Disposition.attached_pic  # a record's cover
        videos = [s for s in streams.video if not s.disposition & attached]
        if not videos:
            kinds = ', '.join(sorted({s.type for s in streams})) or 'nothing'
            raise InputError(f'{self._path}: has no pictures, only {kinds}')
        self._stream = stream = videos[0]
        stream.thread_type = 'AUTO'
        self._decoded = self._decode()
        first = next(self._decoded, None)
        if first is None:
            reason = f' ({self.problems[-1]})' if self.problems else ''
            raise InputError(
                f'{self._path}: not one frame can be decoded, it is damaged or cut off'
                f'{reason}'
            )
        self._first = first
        rotation = round(first.rotation / 90) * 90 % 360
        width, height = first.width, first.height
        if rotation % 180:
            width, height = height, width
        rate = stream.average_rate or stream.guessed_rate or 25
        self.info = SourceInfo(
            str(self._path),
            width,
            height,
            round(float(rate), 4),
            has_audio=bool(streams.audio),
            rotation=rotation,
        )
        self._stated = self._stated_duration()
        self.total = stream.frames or (
            round(self._stated * float(rate)) if self._stated else None
        )

    def _stated_duration(self) -> float | None:
        stream = self._stream
        if stream.duration:
            return float(stream.duration * stream.time_base)
        # Matroska keeps a stream's duration as a tag.
        tag = re.fullmatch(r'(\d+):(\d+):([\d.]+)', stream.metadata.get('DURATION', ''))
        if tag:
            hours, minutes, seconds = tag.groups()
            return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
        # The file's own may be the sound's.
        if self._container.duration and not self._container.streams.audio:
            return self._container.duration / self._av.time_base
        return None

    def _decode(self) -> Iterator:
        damaged = 0
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets, None)
                if packet is None:
                    break
                frames = packet.decode()
            except self._av.error.EOFError:
                break
            except self._av.error.FFmpegError as err:
                damaged += 1
                if damaged == 1:
                    self.problems.append(f'damaged: {_reason(err)}')
                if damaged > 100 and not self._read_any:
                    break  # nothing but damage
                continue
            for frame in frames:
                self._read_any = True
                if frame.is_corrupt:
                    damaged += 1
                yield frame
        if damaged:
            self.problems[:] = [f'{damaged} damaged packets or frames in the file']

    _read_any = False

    def _frames(self) -> Iterator[Frame]:
        info, rate = self.info, self.info.fps
        step, first, last = 1 / rate, self._first.time or 0.0, -1 / rate
        side = max(info.width, info.height)
        scale = min(1.0, MAX_SIDE / side)
        for index, frame in enumerate(self._with_first()):
            stamp = frame.time
            time = last + step if stamp is None else stamp - first
            if time <= last:  # as broken files have them
                time = last + step
            last = time
            if scale < 1:
                size = round(frame.width * scale), round(frame.height * scale)
                frame = self._scaled(frame, *size, frame.format.name)
            turns, convert = info.rotation // 90, self._to_rgb
            yield Frame(index, round(time, 6), frame, turns, scale, convert)
        if self._stated and last + step < self._stated - _TOLERANCE:
            self.problems.append(
                f'the file ends at {last + step:.1f} s of {self._stated:.1f} s: it is '
                'cut off or damaged'
            )

    def _scaled(self, frame: Any, width: int, height: int, pixels: str) -> Any:
        # Setting one up takes four times as long as shrinking a picture with it.
        reformatter = self._reformatters[width, height, pixels]
        return reformatter.reformat(frame, width, height, pixels)

    def _to_rgb(self, frame: Any, width: int, height: int) -> np.ndarray:
        return self._scaled(frame, width, height, 'rgb24').to_ndarray()

    def _with_first(self) -> Iterator:
        yield self._first
        yield from self._decoded

    def close(self) -> None:
        self._container.close()


def _reason(err: Exception) -> str:
    return getattr(err, 'strerror', None) or str(err) or type(err).__name__
