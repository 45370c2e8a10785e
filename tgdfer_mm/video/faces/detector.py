"""The interface of face detectors."""

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

# longer side of the detector's picture, pixels
SIDE = Number(least=16, most=8192, whole=True)
LOCK = '_lock'  # attribute with the lock of a detector that several threads use


class Face(NamedTuple):
    """A detected face.

    Attributes:
        box: (x1, y1, x2, y2) in source pixels.
        score: Confidence of the detector, in its own unit.
        weak: Whether the score is too low for a new face. A weak face can only continue
            a track.
        points: The left eye, the right eye, the tip of the nose, and the left and right
            corners of the mouth, ((x, y), ...) in source pixels; left and right are
            those of the picture. None if the detector gives no points.
    """

    box: tuple[float, float, float, float]
    score: float = 1.0
    weak: bool = False
    points: tuple[tuple[float, float], ...] | None = None


class FaceDetector:
    """Base of the detectors: finds the faces of one frame.

    Attributes:
        name: Its name in the result.
        cropped: Whether the frames are face crops already, so that nothing is tracked
            or widened.
        advice: What the user can try if it finds no face.
        threads: Whether another thread than the one that created it may use it.
    """

    name = 'detector'
    cropped = False
    threads = True
    advice = 'Give the detector a larger picture (side), or take another detector'

    def __call__(self, frame: Frame) -> list[Face]:
        """The faces of a frame, in any order."""
        raise NotImplementedError

    def describe(self) -> dict:
        """Name and settings, as plain data, for the result."""
        return dict(name=self.name)

    def __getstate__(self) -> dict:
        # A lock belongs to its process: it cannot be pickled or copied.
        return {key: value for key, value in vars(self).items() if key != LOCK}


@FACE_DETECTORS.register_module(name='none')
class AlreadyCropped(FaceDetector):
    """For frames that are face crops already, as in the clips of the benchmarks."""

    name = 'none'
    cropped = True

    def __call__(self, frame: Frame) -> list[Face]:
        return [Face((0.0, 0.0, *frame.size))]


class ModelFileDetector(FaceDetector):
    """Base of the detectors that read a model file of the user's.

    Args:
        model_file: The file.
        side: Longer side of the picture that it gets, pixels.
        threshold: Smallest score of a box that counts.

    Attributes:
        source: A sentence that says where to get such a file.

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
    """A detector that calls a function of the user's.

    Args:
        function: Takes an upright RGB picture (h, w, 3) uint8, and returns boxes (x1,
            y1, x2, y2) or (x1, y1, x2, y2, score) in its pixels.
    """

    threads = False  # the function may not be safe in threads

    def __init__(self, function: Callable[[np.ndarray], Sequence]) -> None:
        self._function = function
        self.name = getattr(function, '__name__', type(function).__name__)

    def __call__(self, frame: Frame) -> list[Face]:
        # A copy: if the function draws on the picture, the model must not see it.
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
    """Creates a detector from a name, a config, a function or a detector.

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
