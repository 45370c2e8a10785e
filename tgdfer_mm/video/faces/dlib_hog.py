"""The default detector: it needs no file of weights."""

import cv2

from ...registry import FACE_DETECTORS
from ..checks import Number
from ..frames import Frame
from ..optional_packages import need
from .detector import SIDE, Face, FaceDetector

_THRESHOLD = Number(least=-10, most=10)  # distances from a plane, no probabilities
_WEAK = 0.5  # below the threshold: a wide open mouth costs so much [choice]


@FACE_DETECTORS.register_module(name='dlib')
class DlibFrontal(FaceDetector):
    """dlib's frontal face detector, a support vector machine on gradients.

    It finds upright faces seen from the front that are at least 80 pixels wide in the
    shrunken picture, so with 320 pixels about a quarter of a landscape picture's width.

    Args:
        side: Longer side of the picture it looks at. 640 finds faces of half the size
            in four times the time.
        threshold: Score from which a box counts. 0 is dlib's own. Down to 0.5 below it
            a box continues a track, so that a face is not lost that opens its mouth.
    """

    name = 'dlib'

    def __init__(self, side: int = 320, threshold: float = 0.0) -> None:
        self.side = SIDE.check('faces.side', side)
        self.threshold = _THRESHOLD.check('faces.threshold', threshold)
        self._detector = need('dlib').get_frontal_face_detector()

    def __call__(self, frame: Frame) -> list[Face]:
        picture, scale = frame.small(self.side)
        grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
        boxes, scores, _ = self._detector.run(grey, 0, self.threshold - _WEAK)
        return [
            Face(
                tuple(v / scale for v in (b.left(), b.top(), b.right(), b.bottom())),
                float(score),
                weak=score < self.threshold,
            )
            for b, score in zip(boxes, scores, strict=True)
        ]

    def describe(self) -> dict:
        return dict(name=self.name, side=self.side, threshold=self.threshold)
