"""Face clips of raw videos: found, followed and cut out as `tgdfer infer` does."""

from .run import make_face_clips
from .settings import ClipSettings, FaceData, read_face_data

__all__ = ['ClipSettings', 'FaceData', 'make_face_clips', 'read_face_data']
