"""Clips that are video files, read with decord."""

import os

from mmcv.transforms import BaseTransform

from ...clips.errors import DamagedClipError
from ...clips.media_files import local_name, names_other_files, what_it_is
from ...registry import TRANSFORMS


def _import_decord():
    # Late, because decord imported before torch can freeze loader workers, and
    # because nobody who reads frame folders needs it.
    try:
        import decord
    except ImportError as err:
        raise ImportError(
            'Reading video files needs decord: `pip install decord`. It has no wheel '
            'for Arm; `pip install decord2` has and takes the same import name. '
            "Frame folders (media='frames') need neither."
        ) from err
    return decord


@TRANSFORMS.register_module()
class OpenVideo(BaseTransform):
    """Opens a video file and counts its frames.

    Required keys: ``clip``, ``filename``. Added keys: ``video_reader`` and
    ``total_frames``.

    Raises:
        DamagedClipError: The file is missing, holds no frame or decord cannot open
            it.
    """

    def transform(self, results: dict) -> dict:
        decord = _import_decord()
        path = results['filename']
        if not os.path.exists(path):
            raise DamagedClipError(results['clip'], f'{path} does not exist')
        wrong = what_it_is(path)
        if wrong:
            raise DamagedClipError(results['clip'], f'{path} {wrong}')
        try:
            if names_other_files(path):
                raise DamagedClipError(results['clip'], f'{path} is a play list')
            reader = decord.VideoReader(local_name(path), num_threads=1)
        except OSError as err:
            raise DamagedClipError(
                results['clip'], f'cannot read {path} ({err.strerror})'
            ) from err
        except (RuntimeError, decord.DECORDError) as err:
            raise DamagedClipError(
                results['clip'], f'decord cannot open {path} ({_first_line(err)})'
            ) from err
        if len(reader) == 0:
            raise DamagedClipError(results['clip'], f'{path} holds no frame')
        results['video_reader'] = reader
        results['total_frames'] = len(reader)
        return results


@TRANSFORMS.register_module()
class DecodeVideo(BaseTransform):
    """Decodes the sampled frames of an opened video and closes it.

    Required keys: ``clip``, ``filename``, ``video_reader``, ``frame_inds``. Added
    keys: ``imgs``, a list of T (H, W, 3) RGB uint8 arrays, ``img_shape`` and
    ``original_shape`` (H, W).

    Raises:
        DamagedClipError: decord fails on a frame.
    """

    def transform(self, results: dict) -> dict:
        decord = _import_decord()
        reader = results.pop('video_reader')
        try:
            imgs = list(reader.get_batch(results['frame_inds']).asnumpy())
        except (RuntimeError, decord.DECORDError) as err:
            raise DamagedClipError(
                results['clip'],
                f'decord cannot decode {results["filename"]} ({_first_line(err)})',
            ) from err
        results['imgs'] = imgs
        results['img_shape'] = results['original_shape'] = imgs[0].shape[:2]
        return results


def _first_line(err: Exception) -> str:
    # decord's messages carry a C++ trace below their first line.
    return str(err).strip().splitlines()[0] if str(err).strip() else type(err).__name__
