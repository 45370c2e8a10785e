"""Transforms for clips that are video files."""

from mmcv.transforms import BaseTransform

from ...clips.errors import DamagedClipError
from ...registry import TRANSFORMS
from ...video.clip_file import ClipFile
from ...video.errors import InputError
from .outside_input import is_opened


@TRANSFORMS.register_module()
class OpenVideo(BaseTransform):
    """Opens a video file and counts its frames.

    Required keys: ``clip``, ``filename``. Added keys: ``video_reader``, a
    :class:`~tgdfer_mm.video.clip_file.ClipFile`, and ``total_frames``.

    Raises:
        DamagedClipError: If the file is missing, is cut off or holds no frame.
    """

    def transform(self, results: dict) -> dict:
        if is_opened(results):
            return results
        try:
            reader = ClipFile(results['filename'])
        except InputError as err:
            raise DamagedClipError(results['clip'], str(err)) from err
        results['video_reader'] = reader
        results['total_frames'] = reader.total
        return results


@TRANSFORMS.register_module()
class DecodeVideo(BaseTransform):
    """Decodes the sampled frames of an opened video.

    Required keys: ``clip``, ``video_reader``, ``frame_inds``. Added keys: ``imgs``, a
    list of T (H, W, 3) RGB uint8 arrays, ``img_shape`` and ``original_shape`` (H, W).

    Raises:
        DamagedClipError: If a sampled frame, or one before it, is damaged.
    """

    def transform(self, results: dict) -> dict:
        reader = results.pop('video_reader')
        try:
            imgs = reader.pictures(results['frame_inds'])
        except InputError as err:
            raise DamagedClipError(results['clip'], str(err)) from err
        results['imgs'] = imgs
        results['img_shape'] = results['original_shape'] = imgs[0].shape[:2]
        return results
