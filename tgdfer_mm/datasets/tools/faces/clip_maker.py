"""Makes face clips of one video, or one folder of pictures."""

import shutil
from itertools import chain
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ....video.errors import MissingPackage, OutputError, VideoError
from ....video.faces import FaceDetector, WatchedDetector, build_detector
from ....video.following import FollowedFaces
from ....video.frames import Frame, Source
from ....video.reading import open_source
from ....video.tracking import Seen
from .inputs import RawClip
from .settings import QUALITY, ClipSettings

STILL = 'still.jpg'  # a picture of the video, for inputs without a clip
_STILL_SIDE = 160
# Reasons for lost parts of a video.
NO_FACE, TOO_SHORT, UNREADABLE = 'no face', 'too short', 'unreadable'
LOST = (NO_FACE, TOO_SHORT, UNREADABLE)


class ClipMaker:
    """Makes the clips of one input after another, in one process.

    Args:
        settings: The settings of the clips.
    """

    def __init__(self, settings: ClipSettings) -> None:
        self._settings = settings
        self._detector: FaceDetector | None = None

    def __call__(self, job: tuple[RawClip, Path]) -> dict[str, Any]:
        """Writes the frames of an input's clips.

        Args:
            job: The input, and a new folder; each clip's frames are written into a
                folder in it.

        Returns:
            The record of the input, plain data; see docs/faces.md.

        Raises:
            OutputError: If a frame cannot be written.
            MissingPackage: If an optional package is absent.
        """
        raw, folder = job
        try:
            if self._detector is None:
                self._detector = build_detector(self._settings.faces)
            return self._make(raw, folder)
        except (OutputError, MissingPackage):
            raise
        except VideoError as err:
            reason = str(err)
        # A fault with one video must not stop the next one.
        except Exception as err:
            reason = (
                f'{raw.path}: a fault of this package ({type(err).__name__}: {err})'
            )
        shutil.rmtree(folder, ignore_errors=True)
        return lost_record(raw, UNREADABLE, reason)

    def _make(self, raw: RawClip, folder: Path) -> dict[str, Any]:
        settings = self._settings
        _make_folder(folder)
        most = settings.video.max_pixels
        with open_source(raw.path, settings.fps, most) as source:
            detector = WatchedDetector(self._detector, source.problems)
            faces = FollowedFaces(source, detector, settings.video)
            tracks = _Tracks(folder, faces, settings.tracks == 'all')
            still = _Still(source)
            for step in chain(faces.steps(), faces.finish()):
                still.look(step.frame)
                for seen in step.seen:
                    tracks.add(step.frame, seen)
                for number in step.ended:
                    tracks.end(number)
            tracks.end_all()
            detector.finish()
        record = dict(
            source=raw.source,
            name=raw.name,
            status=None,
            damaged=bool(source.problems),
            messages=[*faces.warnings(), *source.problems, *source.notes],
            fps=source.info.fps,
            seconds=source.info.duration,
            tracks=len(tracks.spans),
            people=tracks.people(),
            clips=tracks.clips(raw.name),
        )
        if not record['clips']:
            record['status'] = TOO_SHORT if tracks.too_short else NO_FACE
            still.write(folder / STILL)
        return record


def lost_record(raw: RawClip, status: str, reason: str) -> dict[str, Any]:
    """The record of an input without a clip, with the reason."""
    return dict(
        source=raw.source,
        name=raw.name,
        status=status,
        damaged=False,
        messages=[reason],
        fps=None,
        seconds=0.0,
        tracks=0,
        people=0,
        clips=[],
    )


class _Track:
    """The frames of one track, written one after another."""

    def __init__(self, folder: Path, frame: Frame, seen: Seen) -> None:
        self.folder = folder
        _make_folder(folder)
        self.first, self.start, self.place = frame.index, frame.time, seen.box
        self.last = self.end = 0
        self.frames = self.bytes = self.interpolated = 0
        self.area = 0.0

    def add(self, frame: Frame, seen: Seen, crop: np.ndarray) -> None:
        self.frames += 1
        self.bytes += _write(self.folder / f'{self.frames:06d}.jpg', crop)
        self.interpolated += seen.interpolated
        self.last, self.end = frame.index, frame.time
        x1, y1, x2, y2 = seen.box
        self.area += (x2 - x1) * (y2 - y1)


class _Tracks:
    """All tracks of an input; removes the frames of unwanted ones."""

    def __init__(self, folder: Path, faces: FollowedFaces, every: bool) -> None:
        self._folder, self._faces, self._every = folder, faces, every
        self._open: dict[int, _Track] = {}
        self._kept: list[_Track] = []
        self.spans: list[tuple[int, int]] = []  # first and last frame of a track
        self.too_short = 0

    def add(self, frame: Frame, seen: Seen) -> None:
        track = self._open.get(seen.track)
        if track is None:
            place = self._folder / f'track{seen.track}'
            track = self._open[seen.track] = _Track(place, frame, seen)
        track.add(frame, seen, self._faces.crop(frame, seen))

    def end(self, number: int) -> None:
        track = self._open.pop(number)
        if self._faces.too_short(track.end - track.start):
            self.too_short += 1
            shutil.rmtree(track.folder)
            return
        self.spans.append((track.first, track.last))
        self._kept.append(track)
        if not self._every:
            self._kept.sort(key=lambda t: (-t.area, t.start, t.place[0]))
            for smaller in self._kept[1:]:
                shutil.rmtree(smaller.folder)
            del self._kept[1:]

    def end_all(self) -> None:
        for number in list(self._open):
            self.end(number)

    def people(self) -> int:
        """The largest number of simultaneous tracks."""
        starts = [first for first, _ in self.spans]
        return max(
            (sum(a <= at <= b for a, b in self.spans) for at in starts), default=0
        )

    def clips(self, name: str) -> list[dict[str, Any]]:
        """The written clips; several tracks are numbered as in a result."""
        self._kept.sort(key=lambda t: (t.start, t.place[0]))
        return [
            dict(
                clip=f'{name}_{number}' if self._every else name,
                folder=track.folder.name,
                frames=track.frames,
                bytes=track.bytes,
                interpolated=track.interpolated,
                first_frame=track.first,
                last_frame=track.last,
                start=round(track.start, 4),
                end=round(track.end, 4),
            )
            for number, track in enumerate(self._kept, 1)
        ]


class _Still:
    """A small picture from the middle, or the first one."""

    def __init__(self, source: Source) -> None:
        self._middle = (source.total or 0) // 2
        self._picture: np.ndarray | None = None

    def look(self, frame: Frame | None) -> None:
        if frame is None:
            return
        if self._picture is None or frame.index == self._middle:
            self._picture = frame.small(_STILL_SIDE)[0]

    def write(self, path: Path) -> None:
        if self._picture is not None:
            _write(path, self._picture)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True)
    except OSError as err:
        raise _cannot_write(folder, err) from err


def _write(path: Path, picture: np.ndarray) -> int:
    """Writes a JPEG file; its size in bytes."""
    options = [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
    code = cv2.imencode('.jpg', picture[..., ::-1], options)[1]
    try:
        path.write_bytes(code.tobytes())
    except OSError as err:
        raise _cannot_write(path, err) from err
    return len(code)


def _cannot_write(path: Path, err: OSError) -> OutputError:
    return OutputError(
        f'{path}: cannot be written ({err.strerror or err}). Free some space, or '
        'choose another folder; finished clips are kept, and a second call continues.'
    )
