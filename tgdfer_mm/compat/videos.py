"""Repairs errors of mmaction2's transforms for media that they cannot read."""

from collections.abc import Callable
from functools import wraps

READERS = (
    *('DecordInit', 'DecordDecode', 'PyAVInit', 'PyAVDecode', 'PIMSInit', 'PIMSDecode'),
    *('OpenCVInit', 'OpenCVDecode', 'RawFrameDecode'),
)
# Exceptions that mean a wrong pipeline, not a damaged file.
OF_THE_PIPELINE = (ImportError, KeyError, TypeError, NotImplementedError)


def name_damaged_videos() -> None:
    """Makes mmaction2's readers name the video or folder that they cannot read.

    decord and PyAV raise errors of their own (decord's is a ``DECORDError`` with a
    trace of C++), and mmaction2 1.2.0 lets them through, without the name of the file.
    They become :class:`~tgdfer_mm.clips.errors.DamagedClipError`: data sets of this
    package then replace the clip, and all others stop with a message that names it.
    """
    from mmaction.datasets import transforms

    for name in READERS:
        kind = getattr(transforms, name)
        if not hasattr(kind.transform, '__wrapped__'):
            kind.transform = _naming_the_file(kind.transform)


def _naming_the_file(transform: Callable) -> Callable:
    from ..clips.errors import DamagedClipError

    @wraps(transform)
    def wrapped(self, results: dict) -> dict:
        path = results.get('filename') or results.get('frame_dir') or 'the video'
        clip = results.get('clip', path)
        try:
            results = transform(self, results)
        except (*OF_THE_PIPELINE, DamagedClipError):
            raise
        except Exception as error:
            first = (str(error).strip() or type(error).__name__).splitlines()[0]
            reason = f'{type(self).__name__} cannot read {path} ({first})'
            raise DamagedClipError(clip, reason) from error
        if results.get('total_frames') == 0:
            raise DamagedClipError(clip, f'{path} holds no frame')
        if any(image is None for image in results.get('imgs', ())):
            raise DamagedClipError(clip, f'a picture in {path} cannot be decoded')
        return results

    return wrapped
