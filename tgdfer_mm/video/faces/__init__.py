"""Face detectors with one small interface; others can be registered."""

from .detector import (
    AlreadyCropped,
    CallableDetector,
    Face,
    FaceDetector,
    build_detector,
)
from .dlib_hog import DlibFrontal
from .mediapipe import MediaPipe
from .watched import WatchedDetector
from .yunet import YuNet

__all__ = [
    'AlreadyCropped',
    'CallableDetector',
    'DlibFrontal',
    'Face',
    'FaceDetector',
    'MediaPipe',
    'WatchedDetector',
    'YuNet',
    'build_detector',
]
