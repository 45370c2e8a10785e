"""Reads single pictures of every kind that OpenCV or Pillow can read."""

from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from ..clips.decoding import decode_picture, decode_with_cv2, read_file
from ..clips.errors import DamagedClipError
from .errors import InputError
from .frames import MAX_PIXELS
from .picture_size import check_size, stated_size

_BY_OPENCV = {'.jpg', '.jpeg', '.jpe', '.jfif', '.png', '.bmp'}
_BY_EITHER = {'.webp', '.tif', '.tiff', '.gif', '.avif', '.ppm', '.pgm', '.pbm', '.jp2'}
# also pictures, if OpenCV or Pillow can read them
_BY_A_PLUGIN = {'.heic', '.heif', '.jxl'}
STILLS = _BY_OPENCV | _BY_EITHER | _BY_A_PLUGIN


def read_still(path: str, max_pixels: int = MAX_PIXELS) -> np.ndarray:
    """Reads a picture, (h, w, 3) uint8 RGB; from a moving picture the first frame.

    Args:
        path: The file.
        max_pixels: Largest number of pixels. A picture that states more is not decoded.

    Raises:
        DamagedClipError: The picture cannot be read. The error names the file.
    """
    data = read_file(path, path)
    try:
        check_size(path, *_size(path, data), max_pixels)
    except InputError as err:
        raise DamagedClipError(path, str(err)) from err
    try:
        return decode_picture(data, _decode)
    except ValueError as err:
        raise DamagedClipError(path, f'{path} {err}') from err


def pictures_in(path: str) -> int:
    """The number of pictures in a file; 1 if Pillow cannot tell."""
    if Path(path).suffix.lower() not in _BY_EITHER:
        return 1
    try:
        with Image.open(BytesIO(read_file(path, path))) as image:
            return getattr(image, 'n_frames', 1)
    except Exception:  # Pillow's readers raise errors of many kinds
        return 1


def _size(path: str, data: bytes) -> tuple[int, int]:
    """The stated size of a picture; (0, 0) if neither Pillow nor we can read it."""
    size = stated_size(data)
    if any(size):
        return size
    try:
        with Image.open(BytesIO(data)) as image:
            return image.size
    except Image.DecompressionBombError as err:
        most = 2 * Image.MAX_IMAGE_PIXELS
        raise InputError(
            f'{path}: has more than {most:,} pixels, which no setting allows'
        ) from err
    except Exception:  # as above
        return 0, 0


def _decode(data: bytes, place: None) -> np.ndarray | None:
    """Reads a picture with OpenCV, or with Pillow if OpenCV cannot."""
    picture = decode_with_cv2(data)
    if picture is not None:
        return picture
    try:
        with Image.open(BytesIO(data)) as image:
            return np.array(ImageOps.exif_transpose(image).convert('RGB'))
    except Exception:  # as above
        return None
