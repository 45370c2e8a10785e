"""The faces of a source: found, tracked and cropped."""

from collections.abc import Callable, Iterator
from contextlib import closing

import numpy as np

from .ahead import read_ahead
from .faces import Face, FaceDetector
from .frames import Frame, Source
from .settings import VideoSettings
from .shots import ShotDetector
from .tracking import Seen, Step, Tracker

_SAME_TIME = 1e-6  # seconds: tolerance, because sums of times are rounded


class FollowedFaces:
    """Detects, tracks and crops faces, for an analysis and for a data set.

    Args:
        source: The source of the frames.
        detector: Finds the faces.
        settings: See :class:`VideoSettings`.
        advance: Called after every frame read.
        ahead: Whether two threads work ahead: one reads the frames, another one
            detects.
    """

    def __init__(
        self,
        source: Source,
        detector: FaceDetector,
        settings: VideoSettings,
        advance: Callable[[], None] = lambda: None,
        ahead: bool = False,
    ) -> None:
        self._source = source
        self._detector = detector
        self._settings = settings
        self._advance = advance
        self._tracker = Tracker(
            settings.max_gap, settings.min_overlap, detector.cropped
        )
        self._ahead = ahead
        self._duration = 0.0  # duration of the source up to the frame that is tracked
        self._stopped = False
        self._not_aligned = 0

    def steps(self) -> Iterator[Step]:
        """Frames with their final faces; call :meth:`finish` after the last one.

        A camera cut ends all tracks. The frames of a track have no gap: frames between
        detections are included.
        """
        looked = self._looked_at()
        if self._ahead:
            looked = read_ahead(looked)
        with closing(looked):
            for frame, faces, cut, self._duration in looked:
                yield from self._tracker.add(frame, faces, cut)
                self._advance()
            self._duration = self._source.info.duration

    def _looked_at(self) -> Iterator[tuple[Frame, list[Face] | None, bool, float]]:
        """Each frame, its faces if the detector looked, whether the camera cuts."""
        settings, cropped = self._settings, self._detector.cropped
        shots = ShotDetector(None if cropped else settings.cut)
        due = next_frame = 0
        read = self._read()
        if self._ahead:
            read = read_ahead(read)
        with closing(read):
            for frame, duration in read:
                cut = shots(frame)
                faces = None
                late = frame.time >= due - _SAME_TIME
                if settings.every is not None:
                    late = frame.index >= next_frame
                if cut or cropped or late:
                    faces = self._detector(frame)
                    due = frame.time + settings.every_seconds
                    next_frame = frame.index + (settings.every or 1)
                yield frame, faces, cut, duration

    def _read(self) -> Iterator[tuple[Frame, float]]:
        """Each frame up to the limits, and the source's duration up to it."""
        settings = self._settings
        for frame in self._source:
            if settings.max_seconds is not None and frame.time >= settings.max_seconds:
                self._stopped = True
                return
            if settings.max_frames is not None and frame.index >= settings.max_frames:
                self._source.problems.append(
                    f'only the first {settings.max_frames} frames were read '
                    '(max_frames)'
                )
                return
            yield frame, self._source.info.duration

    def finish(self) -> Iterator[Step]:
        """The frames that are still waiting after the last frame was read."""
        return self._tracker.finish()

    def crop(self, frame: Frame, seen: Seen) -> np.ndarray:
        """Cuts a face out, (size, size, 3) uint8 RGB, as a copy."""
        box = [v * frame.scale for v in seen.box]
        points = None
        if seen.points is not None:
            points = np.array(seen.points) * frame.scale
        elif self._settings.crop.align and not self._detector.cropped:
            self._not_aligned += 1
        crop = self._settings.crop(frame.rgb, box, self._detector.cropped, points)
        return crop if crop.flags.owndata else crop.copy()

    def too_short(self, seconds: float) -> bool:
        """Whether a track is left out because it is as short as this."""
        return seconds < self._settings.min_track <= self._duration

    def warnings(self) -> Iterator[str]:
        """Sentences that the user of the crops should know."""
        if self._stopped:
            yield (
                f'only the first {self._settings.max_seconds} s were read (max_seconds)'
            )
        if self._not_aligned:
            yield (
                f'{self._not_aligned} faces were cut out without alignment: '
                'crop.align needs five points of each face, and the detector '
                f'{self._detector.name!r} did not give them (--faces yunet does)'
            )
