"""Face clips of raw videos: found, followed and cut out as `tgdfer infer` does."""

from ...face_data import FaceData, read_face_data
from .run import make_face_clips
from .settings import ClipSettings

__all__ = ['ClipSettings', 'FaceData', 'make_face_clips', 'read_face_data']
