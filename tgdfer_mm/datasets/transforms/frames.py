"""Clips that are folders of pictures, one file per frame."""

import os

import cv2
import numpy as np
from mmcv.transforms import BaseTransform

from ...registry import TRANSFORMS
from ..errors import DamagedClipError
from ..frame_names import is_frame, natural_sorted


@TRANSFORMS.register_module()
class ListFrames(BaseTransform):
    """Lists a clip's frame files in the order of their numbers.

    Hidden files (macOS leaves ``._*`` files behind) and files that are no pictures
    are not frames. The folder is listed only if its names are not known already.

    Required keys: ``clip``, ``frame_dir``. Optional keys: ``frame_names``, the
    clip's frames in order, from the data set's index. Added keys: ``frame_files``
    (paths) and ``total_frames``.

    Raises:
        DamagedClipError: The folder is missing or holds no frame.
    """

    def transform(self, results: dict) -> dict:
        folder = results['frame_dir']
        frames = results.pop('frame_names', None)
        if frames is None:
            try:
                names = os.listdir(folder)
            except OSError as err:
                raise DamagedClipError(
                    results['clip'], f'cannot list {folder} ({err.strerror})'
                ) from err
            frames = natural_sorted(filter(is_frame, names))
        if not frames:
            raise DamagedClipError(results['clip'], f'{folder} holds no frame')
        results['frame_files'] = [os.path.join(folder, n) for n in frames]
        results['total_frames'] = len(frames)
        return results


def _is_cut_off(data: bytes) -> bool:
    """Whether a JPEG or PNG lacks its end marker.

    Older OpenCV decodes such a file without complaint and leaves its rest grey.
    Bytes after the marker (padding, a camera's trailer) are harmless.
    """
    if data.startswith(b'\xff\xd8'):
        # No marker can occur inside scan data, and the end of an EXIF thumbnail
        # lies before the picture's own scan starts.
        return data.rfind(b'\xff\xd9') < data.rfind(b'\xff\xda')
    if data.startswith(b'\x89PNG'):
        return b'IEND\xaeB`\x82' not in data  # the chunk's name and checksum
    return False


def read_picture(clip: str, path: str) -> np.ndarray:
    """Reads one picture.

    Args:
        clip: Name of the clip, for the error.
        path: File of the picture.

    Returns:
        (H, W, 3) RGB, uint8.

    Raises:
        DamagedClipError: The file cannot be read, is empty or cut off, or is no
            picture.
    """
    try:
        with open(path, 'rb') as file:
            data = file.read()
    except OSError as err:
        raise DamagedClipError(
            clip, f'cannot read {path} ({err.strerror})'
        ) from err
    if not data:
        raise DamagedClipError(clip, f'{path} is empty')
    if _is_cut_off(data):
        raise DamagedClipError(clip, f'{path} is cut off')
    img = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if img is None:
        raise DamagedClipError(clip, f'{path} cannot be decoded')
    return cv2.cvtColor(img, cv2.COLOR_BGR2RGB)


@TRANSFORMS.register_module()
class DecodeFrames(BaseTransform):
    """Reads the sampled frames of a listed clip.

    Required keys: ``clip``, ``frame_files``, ``frame_inds``. Added keys: ``imgs``, a
    list of T (H, W, 3) RGB uint8 arrays, ``img_shape`` and ``original_shape``
    (H, W).

    Raises:
        DamagedClipError: A frame cannot be read, is cut off, or has another size
            than the first.
    """

    def transform(self, results: dict) -> dict:
        decoded: dict[int, np.ndarray] = {}
        imgs = []
        for index in results['frame_inds'].tolist():
            if index in decoded:
                # A copy: Flip works in place and would flip a shared frame twice.
                imgs.append(decoded[index].copy())
                continue
            img = read_picture(results['clip'], results['frame_files'][index])
            if imgs and img.shape != imgs[0].shape:
                raise DamagedClipError(
                    results['clip'],
                    f'{results["frame_files"][index]} is {img.shape[:2]} (height, '
                    f'width), but the first sampled frame is {imgs[0].shape[:2]}',
                )
            decoded[index] = img
            imgs.append(img)
        results['imgs'] = imgs
        results['img_shape'] = results['original_shape'] = imgs[0].shape[:2]
        return results
