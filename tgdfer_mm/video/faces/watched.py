"""A detector that is safe in threads, and whose boxes are checked."""

import math
import threading

from ..errors import UsageError, VideoError
from ..frames import Frame
from .detector import LOCK, Face, FaceDetector

_TRIES = 10  # frames at which a detector may fail before its first success
_LARGEST = 4  # in units of the picture's longer side


class WatchedDetector(FaceDetector):
    """Calls a detector in one thread at a time, and goes on if it fails at a frame.

    If the detector raises an error at a frame, or gives something that is not a box,
    the frame counts as one without a face. A sentence in `problems` counts such frames.

    Args:
        detector: The detector.
        problems: List to which the sentence is added.

    Raises:
        UsageError: The detector fails at every frame, at the tenth of them or when
            :meth:`finish` is called.
    """

    def __init__(self, detector: FaceDetector, problems: list[str]) -> None:
        self._detector = detector
        self._lock = _lock_of(detector)
        self._problems = problems
        self._place = 0  # position of our sentence in the problems
        self._first = ''  # what happened
        self._failed = 0  # how often
        self._worked = False  # whether the detector has worked at least once
        self.name = detector.name
        self.cropped = detector.cropped
        self.advice = detector.advice
        self.threads = detector.threads

    def describe(self) -> dict:
        return self._detector.describe()

    def __call__(self, frame: Frame) -> list[Face]:
        try:
            with self._lock:
                faces = self._detector(frame)
            faces = [_checked(face, frame) for face in faces]
        # If a package is missing, every frame fails, and the message says why.
        except VideoError as err:
            if not isinstance(err, UsageError):
                raise
            self._fail(frame, str(err), err)
        except Exception as err:
            self._fail(frame, f'{type(err).__name__}: {err}', err)
        else:
            self._worked = True
            return faces
        return []

    def finish(self) -> None:
        """Says that there are no more frames.

        Raises:
            UsageError: The detector has failed at every one.
        """
        if self._failed and not self._worked:
            raise UsageError(self._sentence())

    def _fail(self, frame: Frame, reason: str, err: Exception) -> None:
        if not self._failed:
            self._first = f'frame {frame.index}: {(reason.splitlines() or [""])[0]}'
            self._place = len(self._problems)
            self._problems.append('')
        self._failed += 1
        self._problems[self._place] = self._sentence()
        if not self._worked and self._failed >= _TRIES:
            raise UsageError(self._sentence()) from err

    def _sentence(self) -> str:
        frames = 'one frame' if self._failed == 1 else f'{self._failed} frames'
        return (
            f'the face detector {self.name!r} failed at {frames}, first at '
            f'{self._first}'
        )


def _lock_of(detector: FaceDetector) -> threading.RLock:
    """The lock that every thread takes before it calls this detector."""
    return vars(detector).setdefault(LOCK, threading.RLock())


def _checked(face: Face, frame: Frame) -> Face:
    """A face as plain numbers.

    Raises:
        UsageError: Its box is not a valid box, or not in the picture.
    """
    box, score, weak, points = Face(*face)
    x1, y1, x2, y2 = (float(v) for v in box)
    score = float(score)
    width, height = frame.size
    if (
        not all(map(math.isfinite, (x1, y1, x2, y2, score)))
        or not (x1 < x2 and y1 < y2)
        or not (x1 < width and y1 < height and x2 > 0 and y2 > 0)
        or max(x2 - x1, y2 - y1) > _LARGEST * max(width, height)
    ):
        raise UsageError(
            f'the box ({x1:g}, {y1:g}, {x2:g}, {y2:g}) with score {score:g} is not '
            f'valid in a picture of {width:g} x {height:g} pixels'
        )
    if points is not None:
        points = tuple((float(x), float(y)) for x, y in points)
        if len(points) != 5 or not all(map(math.isfinite, sum(points, ()))):
            raise UsageError(f'the points {points} are not five places')
    return Face((x1, y1, x2, y2), score, bool(weak), points)
