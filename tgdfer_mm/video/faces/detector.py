"""What a face detector is."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...registry import FACE_DETECTORS
from ..errors import InputError, UsageError
from ..frames import Frame


class Face(NamedTuple):
    """A detected face: box (x1, y1, x2, y2) in source pixels, and the score."""

    box: tuple[float, float, float, float]
    score: float = 1.0


class FaceDetector:
    """Base of the detectors: finds the faces of one frame.

    Attributes:
        name: As the result names it.
        cropped: The frames are face crops already: nothing to track or to widen.
    """

    name = 'detector'
    cropped = False

    def __call__(self, frame: Frame) -> list[Face]:
        """The faces of a frame, in any order."""
        raise NotImplementedError

    def describe(self) -> dict:
        """Name and settings, as plain data, for the result."""
        return dict(name=self.name)


@FACE_DETECTORS.register_module(name='none')
class AlreadyCropped(FaceDetector):
    """Every frame is one face crop, as the clips of the benchmarks are."""

    name = 'none'
    cropped = True

    def __call__(self, frame: Frame) -> list[Face]:
        height, width = frame.rgb.shape[:2]
        return [Face((0.0, 0.0, width / frame.scale, height / frame.scale))]


class ModelFileDetector(FaceDetector):
    """Base of the detectors that read a model file of the user.

    Args:
        model_file: The file.
        side: Longer side of the picture it looks at.
        threshold: Score from which a box counts.

    Attributes:
        source: Where there is such a file.
    """

    source: str

    def __init__(self, model_file: str, side: int, threshold: float) -> None:
        if not Path(model_file).is_file():
            raise InputError(
                f'faces.model_file={model_file}: there is no such file. {self.source}'
            )
        self.model_file = str(model_file)
        self.side = side
        self.threshold = threshold

    def describe(self) -> dict:
        return dict(
            name=self.name,
            model_file=Path(self.model_file).name,
            side=self.side,
            threshold=self.threshold,
        )


class CallableDetector(FaceDetector):
    """A function of the user's.

    Args:
        function: Takes an upright RGB picture (h, w, 3) uint8, gives boxes
            (x1, y1, x2, y2) or (x1, y1, x2, y2, score) in its pixels.
    """

    def __init__(self, function: Callable[[np.ndarray], Sequence]) -> None:
        self._function = function
        self.name = getattr(function, '__name__', type(function).__name__)

    def __call__(self, frame: Frame) -> list[Face]:
        faces = []
        for row in self._function(frame.rgb):
            row = [float(v) for v in row]
            if len(row) not in (4, 5) or not (row[0] < row[2] and row[1] < row[3]):
                raise UsageError(
                    f'{self.name} gave {row} for frame {frame.index}; needed is '
                    '(x1, y1, x2, y2) with x1 < x2 and y1 < y2, and maybe a score'
                )
            box = tuple(v / frame.scale for v in row[:4])
            faces.append(Face(box, *row[4:]))
        return faces


def build_detector(faces: str | dict | Callable | FaceDetector | None) -> FaceDetector:
    """Makes a detector of what a user gives.

    Args:
        faces: Name (``dlib``, ``none``, ``yunet``, ``mediapipe``), config dict with
            ``type`` and settings, a function as :class:`CallableDetector` takes,
            or a detector. None is ``none``.

    Raises:
        UsageError: There is no such detector, or a setting is missing.
    """
    if isinstance(faces, FaceDetector):
        return faces
    cfg = {'type': faces or 'none'} if isinstance(faces, str | None) else faces
    if callable(cfg):
        return CallableDetector(cfg)
    cfg = dict(cfg)
    kind = FACE_DETECTORS.get(cfg.pop('type'))
    if kind is None:
        known = ', '.join(FACE_DETECTORS.module_dict)
        raise UsageError(f'faces={faces!r}: there is no such detector, only {known}')
    try:
        return kind(**cfg)
    except TypeError as err:
        raise UsageError(f'faces={faces!r}: {err}') from err
