"""Limits and checks of an upload."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from threading import Lock
from urllib.parse import unquote

from ...video.apart.process import DecodingProcess, ProcessLimits
from ...video.apart.source import ApartSource
from ...video.errors import InputError, NoVideoError
from ...video.frames import MAX_PIXELS
from .jobs import Job
from .sentences import say

# Containers of one file, and single pictures. Play lists are left out: they make the
# reader open other files, which a stranger's upload must not.
CONTAINERS = 'mov,matroska,avi,mpegts,mpeg,flv,ogg,asf,gif,h264,hevc,m4v,mjpeg,rm,dv'
CONTAINERS += ',image2,jpeg_pipe,png_pipe,apng'

_WRITER = 'tgdfer_mm.visualization.video.sound'
_SOUND = 120.0  # longest time for the sound, seconds
_ONE_AT_A_TIME = Lock()  # several files that arrive together are decoded one at a time


@dataclass(frozen=True)
class Limits:
    """Limits of a job.

    Attributes:
        megabytes: Largest file.
        seconds: Longest video.
        rate: A video may have this many frames for each second of that length.
        pixels: Largest frame.
        work: Longest time of one job, seconds.
        process: Limits of a process that decodes.
        jobs: Most jobs that wait or run at a time.
        uploads: Most uploads at a time.
        each: Most uploads and jobs of one address at a time, together.
        silence: Longest time in which nothing of an upload arrives, seconds.
        upload: Longest time of a whole upload, seconds.
        settle: Time after which a slow upload may be ended for another, seconds.
        keep: Time for which results are kept, seconds.
    """

    megabytes: float = 200
    seconds: float = 300
    rate: float = 60
    pixels: int = MAX_PIXELS
    work: float = 3600
    process: ProcessLimits = field(default_factory=ProcessLimits)
    jobs: int = 4
    uploads: int = 8
    each: int = 3
    silence: float = 20
    upload: float = 600
    settle: float = 2
    keep: float = 1800

    @property
    def bytes(self) -> int:
        """Of a file."""
        return int(self.megabytes * 1e6)

    @property
    def frames(self) -> int:
        """Of a video."""
        return max(1, int(self.seconds * self.rate))

    @property
    def minutes(self) -> str:
        """Longest time of a job, in words."""
        return f'{self.work / 60:.3g} minutes'

    @property
    def length(self) -> str:
        """Longest video, in words."""
        if self.seconds < 120:
            return f'{self.seconds:g} seconds'
        return f'{self.seconds / 60:.3g} minutes'


def display_name(header: str | None) -> str:
    """Makes a name to show from a browser's header; it never becomes a path.

    Args:
        header: The name, percent-encoded.
    """
    name = re.split(r'[/\\]', unquote(header or ''))[-1]
    name = ''.join(c for c in name if c.isprintable()).strip()
    if len(name) > 80:
        name = f'{name[:50]}…{name[-25:]}'
    return name if name.strip('.') else 'video'


def check_upload(job: Job, limits: Limits) -> None:
    """Checks that a file is a video that may be read.

    Raises:
        InputError: It is not a video, or too long; the message says why.
        Cancelled: The job was cancelled.
    """
    if not job.upload.stat().st_size:
        raise InputError(say('empty', name=job.name))
    with _ONE_AT_A_TIME:
        try:
            source = open_upload(job, limits, partial(job.advance, 0.0))
        except NoVideoError as err:
            raise InputError(say('no video', name=job.name)) from err
        with source:
            total = source.total or 0
            check_length(total / source.info.fps, total, limits)


def open_upload(
    job: Job, limits: Limits, heed: Callable[[], None] = lambda: None
) -> ApartSource:
    """Opens an upload in its own process, since a bad file may crash the decoder.

    Args:
        job: The job of the upload.
        limits: Its limits.
        heed: Called again and again during the wait; an error in it ends the wait.

    Raises:
        InputError: The upload cannot be read.
    """
    return ApartSource(job.upload, CONTAINERS, limits.pixels, limits.process, heed)


def add_sound_apart(
    pictures: Path, source: Path, out: Path, limits: Limits, heed: Callable[[], None]
) -> str:
    """Calls `add_sound` in its own process; without sound if that fails."""
    patient = replace(limits.process, patience=_SOUND)
    try:
        with DecodingProcess('the sound', patient, heed) as process:
            paths = [str(path) for path in (pictures, source, out)]
            said, _ = process.ask('call', module=_WRITER, name='add_sound', paths=paths)
            return str(said['said'])
    except InputError as err:
        if pictures.exists():
            pictures.replace(out)
        return f'the sound of the video is left out: {err}'


def check_length(seconds: float, frames: int, limits: Limits) -> None:
    """Checks the length that a video states, or that has been read so far.

    Raises:
        InputError: It is too long; the message tells the limit.
    """
    if seconds > limits.seconds + 1:
        raise InputError(say('too long', limits=limits))
    if frames > limits.frames:
        raise InputError(say('too many frames', limits=limits))
