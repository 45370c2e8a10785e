"""OpenCV's YuNet."""

from collections.abc import Sequence

import cv2
import numpy as np

from ...registry import FACE_DETECTORS
from ..errors import MissingPackage
from ..frames import Frame
from .detector import Face, ModelFileDetector


@FACE_DETECTORS.register_module(name='yunet')
class YuNet(ModelFileDetector):
    """OpenCV's YuNet, with the model file of the user.

    Args:
        model_file: ``face_detection_yunet_*.onnx`` from OpenCV's model zoo.
        side: Longer side of the picture that it gets, pixels.
        threshold: Smallest score of a box that counts.
    """

    name = 'yunet'
    source = (
        "It is called face_detection_yunet_2023mar.onnx in OpenCV's model zoo "
        '(github.com/opencv/opencv_zoo)'
    )

    def __init__(
        self, model_file: str | None = None, side: int = 320, threshold: float = 0.7
    ) -> None:
        super().__init__(model_file, side, threshold)
        if not hasattr(cv2, 'FaceDetectorYN'):
            raise MissingPackage(
                f'faces={self.name!r} needs OpenCV 4.5.4 or newer, this is '
                f'{cv2.__version__}: pip install -U opencv-python'
            )
        try:
            self._detector = cv2.FaceDetectorYN.create(
                self.model_file, '', (self.side, self.side), self.threshold
            )
            # A network of another kind fails at the first picture.
            self._look(np.zeros((self.side, self.side, 3), np.uint8))
        # OpenCV raises errors of many kinds.
        except Exception as err:
            raise self.cannot_load(err) from err

    def __call__(self, frame: Frame) -> list[Face]:
        picture, scale = frame.small(self.side)
        faces = []
        for row in self._look(picture):
            x, y, w, h = (float(v) / scale for v in row[:4])
            points = tuple(map(tuple, (row[4:14] / scale).reshape(5, 2).tolist()))
            faces.append(Face((x, y, x + w, y + h), float(row[14]), points=points))
        return faces

    def _look(self, picture: np.ndarray) -> Sequence[np.ndarray]:
        """Rows of 15 numbers, one for each face, as YuNet gives them."""
        self._detector.setInputSize(picture.shape[1::-1])
        _, rows = self._detector.detect(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
        return () if rows is None else rows
