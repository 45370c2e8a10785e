"""MediaPipe's face detector."""

from ...registry import FACE_DETECTORS
from ..errors import MissingPackage
from ..frames import Frame
from ..optional_packages import need
from .detector import Face, ModelFileDetector


@FACE_DETECTORS.register_module(name='mediapipe')
class MediaPipe(ModelFileDetector):
    """MediaPipe's face detector task, with the model file of the user.

    Args:
        model_file: ``blaze_face_short_range.tflite`` or another face detection model
            of MediaPipe's.
        side: Longer side of the picture that it gets, pixels.
        threshold: Smallest score of a box that counts.
    """

    name = 'mediapipe'
    source = (
        'MediaPipe offers blaze_face_short_range.tflite among its face detection models'
    )

    def __init__(
        self, model_file: str | None = None, side: int = 640, threshold: float = 0.5
    ) -> None:
        super().__init__(model_file, side, threshold)
        self._mp = mp = need('mediapipe')
        try:
            vision = mp.tasks.vision
            options = vision.FaceDetectorOptions(
                base_options=mp.tasks.BaseOptions(model_asset_path=self.model_file),
                min_detection_confidence=self.threshold,
            )
            self._detector = vision.FaceDetector.create_from_options(options)
        except AttributeError as err:
            raise MissingPackage(
                f'faces={self.name!r} needs a newer MediaPipe ({err}): '
                'pip install -U mediapipe'
            ) from err
        # MediaPipe's errors have no common base class.
        except Exception as err:
            raise self.cannot_load(err) from err

    def __call__(self, frame: Frame) -> list[Face]:
        picture, scale = frame.small(self.side)
        image = self._mp.Image(self._mp.ImageFormat.SRGB, picture)
        faces = []
        for found in self._detector.detect(image).detections:
            b = found.bounding_box
            x, y = b.origin_x, b.origin_y
            box = tuple(v / scale for v in (x, y, x + b.width, y + b.height))
            faces.append(Face(box, float(found.categories[0].score)))
        return faces
