"""What a face detector is."""

from collections.abc import Callable, Mapping, Sequence
from inspect import signature
from os import PathLike
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...registry import FACE_DETECTORS
from ..checks import Number
from ..errors import InputError, UsageError
from ..frames import Frame

SIDE = Number(least=16, most=8192, whole=True)  # pixels that a detector looks at
LOCK = '_lock'  # attribute of a detector that is used in several threads


class Face(NamedTuple):
    """A detected face.

    Attributes:
        box: (x1, y1, x2, y2) in source pixels.
        score: How sure the detector is, in its own unit.
        weak: Too unsure to be a new face; it counts only where one was before.
        points: The eye on the left, the eye on the right, the tip of the nose and the
            corners of the mouth on the left and on the right, ((x, y), ...) in source
            pixels; None of a detector that gives none.
    """

    box: tuple[float, float, float, float]
    score: float = 1.0
    weak: bool = False
    points: tuple[tuple[float, float], ...] | None = None


class FaceDetector:
    """Base of the detectors: finds the faces of one frame.

    Attributes:
        name: As the result names it.
        cropped: The frames are face crops already: nothing to track or to widen.
        advice: What to try if it finds no face.
        threads: Whether it may be asked in another thread than it was made in.
    """

    name = 'detector'
    cropped = False
    threads = True
    advice = 'Look at a larger picture (side), or take another detector'

    def __call__(self, frame: Frame) -> list[Face]:
        """The faces of a frame, in any order."""
        raise NotImplementedError

    def describe(self) -> dict:
        """Name and settings, as plain data, for the result."""
        return dict(name=self.name)

    def __getstate__(self) -> dict:
        # A lock belongs to its process, and can be neither pickled nor copied.
        return {key: value for key, value in vars(self).items() if key != LOCK}


@FACE_DETECTORS.register_module(name='none')
class AlreadyCropped(FaceDetector):
    """Every frame is one face crop, as the clips of the benchmarks are."""

    name = 'none'
    cropped = True

    def __call__(self, frame: Frame) -> list[Face]:
        return [Face((0.0, 0.0, *frame.size))]


class ModelFileDetector(FaceDetector):
    """Base of the detectors that read a model file of the user.

    Args:
        model_file: The file.
        side: Longer side of the picture it looks at.
        threshold: Score from which a box counts.

    Attributes:
        source: Where there is such a file.

    Raises:
        UsageError: No file was given, or a number is not allowed.
        InputError: There is no such file, or it cannot be loaded.
    """

    source: str

    def __init__(self, model_file: str | None, side: int, threshold: float) -> None:
        if not isinstance(model_file, str | PathLike) or not str(model_file):
            raise UsageError(
                f'faces={self.name!r} needs a model file: give --faces-model FILE, or '
                f'from Python dict(type={self.name!r}, model_file=FILE). {self.source}'
            )
        if not Path(model_file).is_file():
            raise InputError(
                f'faces.model_file={model_file}: there is no such file. {self.source}'
            )
        self.model_file = str(model_file)
        self.side = SIDE.check('faces.side', side)
        self.threshold = Number(least=0, most=1).check('faces.threshold', threshold)

    def cannot_load(self, err: Exception) -> InputError:
        """The error to raise when the package cannot use the model file."""
        reason = ' '.join(str(getattr(err, 'err', '') or err).split())[:120]
        return InputError(
            f'faces.model_file={self.model_file}: {self.name} cannot load it; it is '
            f'damaged or of another kind ({type(err).__name__}: {reason}). '
            f'{self.source}'
        )

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

    threads = False  # nobody knows what it uses

    def __init__(self, function: Callable[[np.ndarray], Sequence]) -> None:
        self._function = function
        self.name = getattr(function, '__name__', type(function).__name__)

    def __call__(self, frame: Frame) -> list[Face]:
        # A copy: what is drawn on the picture must not reach the model.
        found = self._function(frame.rgb.copy())
        try:
            rows = list(found)
        except TypeError as err:
            raise self._no_boxes(found, frame) from err
        return [self._face(row, frame) for row in rows]

    def _face(self, row: Sequence[float], frame: Frame) -> Face:
        try:
            numbers = [float(v) for v in row]
        except (TypeError, ValueError) as err:
            raise self._no_boxes(row, frame) from err
        if len(numbers) not in (4, 5) or not (
            numbers[0] < numbers[2] and numbers[1] < numbers[3]
        ):
            raise self._no_boxes(numbers, frame)
        box = tuple(v / frame.scale for v in numbers[:4])
        return Face(box, *numbers[4:])

    def _no_boxes(self, found: object, frame: Frame) -> UsageError:
        return UsageError(
            f'{self.name} gave {found!r:.80} for frame {frame.index}; needed is a list '
            'of (x1, y1, x2, y2) with x1 < x2 and y1 < y2, and maybe a score; an empty '
            'list where there is no face'
        )


def build_detector(faces: str | dict | Callable | FaceDetector | None) -> FaceDetector:
    """Makes a detector of what a user gives.

    Args:
        faces: Name (``dlib``, ``none``, ``yunet``, ``mediapipe``), config dict with
            ``type`` and settings, a function as :class:`CallableDetector` takes,
            or a detector. None is ``none``.

    Raises:
        UsageError: There is no such detector, or a setting is missing or wrong.
        InputError: Its model file is missing or damaged.
        MissingPackage: It needs a package that is absent.
    """
    if isinstance(faces, FaceDetector):
        return faces
    cfg = {'type': 'none' if faces is None else faces}
    if isinstance(faces, Mapping):
        cfg = dict(faces)
    elif callable(faces):
        return CallableDetector(faces)
    name = cfg.pop('type', None)
    known = FACE_DETECTORS.module_dict
    if not isinstance(name, str) or name not in known:
        raise UsageError(
            f'faces={faces!r}: there is no such detector. Give one of '
            f'{", ".join(known)}, a dict with its type and settings, or a function '
            'from a picture to boxes'
        )
    kind = known[name]
    try:
        signature(kind).bind(**cfg)
    except TypeError as err:
        raise UsageError(
            f'faces={faces!r}: {name} has no such setting ({err})'
        ) from err
    detector = kind(**cfg)
    if not isinstance(detector, FaceDetector):
        raise UsageError(
            f'faces={faces!r}: {kind.__name__} must be a subclass of FaceDetector'
        )
    return detector
