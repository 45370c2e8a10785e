"""dlib's detector of frontal faces, the default: it needs no file of weights."""

import cv2
import numpy as np

from ...registry import FACE_DETECTORS
from ..checks import Number
from ..frames import Frame
from ..optional_packages import need
from .detector import SIDE, Face, FaceDetector

# scores are distances from a plane, not probabilities
_THRESHOLD = Number(least=-10, most=10)
# below the threshold: a wide open mouth lowers the score by this much [choice]
_WEAK = 0.5


@FACE_DETECTORS.register_module(name='dlib')
class DlibFrontal(FaceDetector):
    """dlib's frontal face detector, a support vector machine on gradients.

    It finds upright faces from the front that are at least 80 pixels wide in the
    picture that it gets: with 320 pixels, about a quarter of the width of a landscape
    picture. If it finds no face, it looks again at twice the size. This takes four
    times as long, and small pictures are enlarged for it.

    Args:
        side: Longer side of the picture that it gets first, pixels.
        threshold: Smallest score of a box that counts. dlib's own is 0. A box with a
            score up to 0.5 lower continues a track, so that a face that opens its mouth
            is not lost.
        look_again: Whether it looks again at twice the size.
    """

    name = 'dlib'
    advice = (
        'It finds upright faces seen from the front. For smaller faces give it a '
        "larger picture (--faces-side 1280, or faces=dict(type='dlib', side=1280)), "
        'for turned faces take another detector (--faces yunet)'
    )

    def __init__(
        self, side: int = 320, threshold: float = 0.0, look_again: bool = True
    ) -> None:
        self.side = SIDE.check('faces.side', side)
        self.threshold = _THRESHOLD.check('faces.threshold', threshold)
        self.look_again = bool(look_again)
        self._detector = need('dlib').get_frontal_face_detector()

    def __call__(self, frame: Frame) -> list[Face]:
        faces = self._look(*frame.small(self.side))
        if not self.look_again or not all(face.weak for face in faces):
            return faces
        picture, scale = frame.small(2 * self.side)
        larger = 2 * self.side / max(picture.shape[:2])
        if larger > 1:
            picture = cv2.resize(picture, None, fx=larger, fy=larger)
        return self._look(picture, scale * larger) or faces

    def _look(self, picture: np.ndarray, scale: float) -> list[Face]:
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
        return dict(
            name=self.name,
            side=self.side,
            threshold=self.threshold,
            look_again=self.look_again,
        )
