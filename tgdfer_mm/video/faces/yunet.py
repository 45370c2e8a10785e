"""OpenCV's YuNet."""

import cv2

from ...registry import FACE_DETECTORS
from ..errors import InputError
from ..frames import Frame
from .detector import Face, ModelFileDetector


@FACE_DETECTORS.register_module(name='yunet')
class YuNet(ModelFileDetector):
    """OpenCV's YuNet, with the model file of the user.

    Args:
        model_file: ``face_detection_yunet_*.onnx`` from OpenCV's model zoo.
        side: Longer side of the picture it looks at.
        threshold: Score from which a box counts.
    """

    name = 'yunet'
    source = (
        "It is called face_detection_yunet_2023mar.onnx in OpenCV's model zoo "
        '(github.com/opencv/opencv_zoo)'
    )

    def __init__(
        self, model_file: str, side: int = 320, threshold: float = 0.7
    ) -> None:
        super().__init__(model_file, side, threshold)
        try:
            self._detector = cv2.FaceDetectorYN.create(
                str(model_file), '', (side, side), threshold
            )
        except cv2.error as err:
            raise InputError(f'{model_file}: OpenCV cannot load it ({err})') from err

    def __call__(self, frame: Frame) -> list[Face]:
        picture, scale = frame.small(self.side)
        self._detector.setInputSize(picture.shape[1::-1])
        _, rows = self._detector.detect(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
        faces = []
        for row in () if rows is None else rows:
            x, y, w, h = (float(v) / scale for v in row[:4])
            faces.append(Face((x, y, x + w, y + h), float(row[14])))
        return faces
