"""Decodes picture files to the frames of a clip, in one block of memory."""

from collections.abc import Callable, Iterable

import cv2
import numpy as np
from mmengine.registry import Registry

from .errors import DamagedClipError
from .media_files import only_a_file
from .memory import empty_clip

# Functions (bytes, place) -> RGB picture or None. They may write the result into the
# place, an array that probably has the right size. If they return None, cv2 tries it.
DECODERS = Registry('picture decoder', scope='mmaction')
AUTO = 'auto'

Decoder = Callable[[bytes, np.ndarray | None], np.ndarray | None]


@DECODERS.register_module(name='cv2')
def decode_with_cv2(data: bytes, place: np.ndarray | None = None) -> np.ndarray | None:
    """Decodes any picture with OpenCV."""
    try:
        img = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:  # of sizes that it does not read, for example
        return None
    return None if img is None else cv2.cvtColor(img, cv2.COLOR_BGR2RGB, dst=place)


@DECODERS.register_module(name='simplejpeg')
def decode_with_simplejpeg(
    data: bytes, place: np.ndarray | None = None
) -> np.ndarray | None:
    """Decodes a JPEG with libjpeg-turbo alone, directly into its place.

    The pixels equal OpenCV's, which uses the same library: no fast approximation is
    switched on.
    """
    import simplejpeg

    # OpenCV rotates a picture by its EXIF data.
    if not data.startswith(b'\xff\xd8') or b'Exif' in data[:4096]:
        return None
    try:
        return simplejpeg.decode_jpeg(data, 'RGB', buffer=place)
    except ValueError:  # damaged, too large for its place, or of unusual colours
        return None


def find_decoder(name: str = AUTO) -> Decoder:
    """Finds a decoder by its name.

    Args:
        name: A key of :data:`DECODERS`; ``auto`` is ``simplejpeg`` if it is installed,
            else ``cv2``. Both give the same pixels.

    Raises:
        ImportError: It is not installed.
        ValueError: There is no such decoder.
    """
    if name in (AUTO, 'simplejpeg'):
        try:
            import simplejpeg  # noqa: F401
        except Exception as error:  # absent, or built for another NumPy
            if name != AUTO:
                raise ImportError(
                    f'decoder="simplejpeg" cannot be imported ({error}): pip install '
                    'simplejpeg, or pip install "tgdfer_mm[fast]".'
                ) from error
            name = 'cv2'
        else:
            name = 'simplejpeg'
    found = DECODERS.get(name)
    if found is None:
        raise ValueError(f'decoder={name!r}: there are {sorted(DECODERS.module_dict)}.')
    return found


def decode_picture(
    data: bytes, decoder: Decoder = decode_with_cv2, place: np.ndarray | None = None
) -> np.ndarray:
    """Decodes one picture.

    Args:
        data: Content of its file.
        decoder: See :func:`find_decoder`.
        place: Array for the result, which may be used.

    Returns:
        (H, W, 3) RGB, uint8; in `place` or not.

    Raises:
        ValueError: It is empty, cut off or not a picture; the message fits after a
            file's name.
    """
    if not data:
        raise ValueError('is empty')
    if is_cut_off(data):
        raise ValueError('is cut off')
    img = decoder(data, place)
    if img is None and decoder is not decode_with_cv2:
        img = decode_with_cv2(data)
    if img is None:
        raise ValueError('cannot be decoded')
    return img


def read_file(clip: str, path: str) -> bytes:
    """Reads a file of a clip.

    Raises:
        DamagedClipError: It cannot be read.
    """
    try:
        with open(path, 'rb', opener=only_a_file) as file:
            return file.read()
    except OSError as err:
        raise DamagedClipError(clip, f'cannot read {path} ({err.strerror})') from err


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
        return decode_picture(read_file(clip, path))
    except ValueError as err:
        raise DamagedClipError(clip, f'{path} {err}') from err


def decode_clip(
    clip: str,
    inds: Iterable[int],
    read: Callable[[int], bytes],
    name: Callable[[int], str],
    decoder: Decoder = decode_with_cv2,
) -> np.ndarray:
    """Decodes frames of a clip into one block.

    Args:
        clip: Name of the clip, for errors.
        inds: Numbers of T frames; a number may occur several times.
        read: Function that gives a frame's encoded picture.
        name: Function that gives a frame's name, for errors.
        decoder: See :func:`find_decoder`.

    Returns:
        (T, H, W, 3) RGB, uint8, contiguous.

    Raises:
        DamagedClipError: A frame cannot be decoded, or has another size than the
            first.
    """
    inds = list(inds)
    block: np.ndarray | None = None
    done: dict[int, int] = {}
    for t, index in enumerate(inds):
        if index in done:
            block[t] = block[done[index]]
            continue
        place = None if block is None else block[t]
        data = read(index)
        try:
            img = decode_picture(data, decoder, place)
        except ValueError as error:
            raise DamagedClipError(clip, f'{name(index)} {error}') from error
        if block is None:
            block = empty_clip((len(inds), *img.shape))
        if img.shape != block.shape[1:]:
            raise DamagedClipError(
                clip,
                f'{name(index)} is {img.shape[:2]} (height, width), but the first '
                f'sampled frame is {block.shape[1:3]}',
            )
        if place is None or not np.may_share_memory(img, place):
            block[t] = img
        done[index] = t
    return block


def is_cut_off(data: bytes) -> bool:
    """True if a JPEG or PNG lacks its end marker.

    Older OpenCV decodes such a file without an error and leaves its rest grey. Bytes
    after the marker (padding, a camera's trailer) are harmless.
    """
    if data.startswith(b'\xff\xd8'):
        if data.endswith(b'\xff\xd9'):  # a search backwards would take long here
            return False
        # No marker can occur inside scan data, and the end of an EXIF thumbnail
        # lies before the picture's own scan starts.
        return data.rfind(b'\xff\xd9') < data.rfind(b'\xff\xda')
    if data.startswith(b'\x89PNG'):
        return b'IEND\xaeB`\x82' not in data  # the chunk's name and checksum
    return False
