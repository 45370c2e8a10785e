"""The size that a picture file states, read before it is decoded."""

import struct

from .errors import InputError

_JPEG_SIZES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # markers that state the size
_JPEG_ALONE = {0x00, 0x01, 0xFF, *range(0xD0, 0xD9)}  # markers without content


def check_size(name: object, width: int, height: int, most: int) -> None:
    """Checks that a frame is small enough to decode.

    Args:
        name: Name of the file, for the message.
        width: Stated width, pixels; 0 if none is stated.
        height: Stated height, pixels; 0 if none is stated.
        most: Largest number of pixels.

    Raises:
        InputError: The frame has more pixels.
    """
    if width * height > most:
        raise InputError(
            f'{name}: its pictures have {width} x {height} pixels, more than the '
            f'{most:,} that are read (video.max_pixels). Make them smaller first'
        )


def stated_size(data: bytes) -> tuple[int, int]:
    """Width and height that a PNG or JPEG states; (0, 0) for other files."""
    if data.startswith(b'\x89PNG\r\n\x1a\n') and data[12:16] == b'IHDR':
        return struct.unpack('>II', data[16:24].ljust(8, b'\0'))
    if not data.startswith(b'\xff\xd8'):
        return 0, 0
    at = 2
    # Decoders skip bytes between the parts.
    while 0 <= (at := data.find(b'\xff', at)) <= len(data) - 9:
        kind, length, _, height, width = struct.unpack_from('>BHBHH', data, at + 1)
        if kind in _JPEG_SIZES:
            return width, height
        at += 1 if kind in _JPEG_ALONE else 2 + length
    return 0, 0
