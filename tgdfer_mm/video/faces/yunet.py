"""OpenCV's YuNet."""

from pathlib import Path

import cv2

from ...registry import FACE_DETECTORS
from ..errors import InputError
from ..frames import Frame
from .detector import Face, FaceDetector


@FACE_DETECTORS.register_module(name='yunet')
class YuNet(FaceDetector):
    """OpenCV's YuNet, with the model file of the user.

    Args:
        model_file: ``face_detection_yunet_*.onnx`` from OpenCV's model zoo.
        side: Longer side of the picture it looks at.
        threshold: Score from which a box counts.
    """

    name = 'yunet'

    def __init__(
        self, model_file: str, side: int = 320, threshold: float = 0.7
    ) -> None:
        if not Path(model_file).is_file():
            raise InputError(
                f'faces.model_file={model_file}: there is no such file. It is called '
                "face_detection_yunet_2023mar.onnx in OpenCV's model zoo "
                '(github.com/opencv/opencv_zoo)'
            )
        try:
            self._detector = cv2.FaceDetectorYN.create(
                str(model_file), '', (side, side), threshold
            )
        except cv2.error as err:
            raise InputError(f'{model_file}: OpenCV cannot load it ({err})') from err
        self.model_file = str(model_file)
        self.side = side
        self.threshold = threshold

    def __call__(self, frame: Frame) -> list[Face]:
        picture, scale = frame.small(self.side)
        self._detector.setInputSize(picture.shape[1::-1])
        _, rows = self._detector.detect(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
        faces = []
        for row in () if rows is None else rows:
            x, y, w, h = (float(v) / scale for v in row[:4])
            faces.append(Face((x, y, x + w, y + h), float(row[14])))
        return faces

    def describe(self) -> dict:
        return dict(
            name=self.name,
            model_file=Path(self.model_file).name,
            side=self.side,
            threshold=self.threshold,
        )
