"""Small files with pictures that are very large, or state a very large size."""

import struct
import zlib


def black_png(width: int, height: int) -> bytes:
    """A black picture of about a thousandth of a byte for each pixel."""
    packer, row = zlib.compressobj(9), bytes(1 + 3 * width)
    rows = b''.join(packer.compress(row) for _ in range(height)) + packer.flush()
    return png(width, height, rows)


def png(width: int, height: int, rows: bytes) -> bytes:
    """A PNG file that states a size; its compressed rows may be any bytes."""
    header = struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0)
    parts = ((b'IHDR', header), (b'IDAT', rows), (b'IEND', b''))
    return b'\x89PNG\r\n\x1a\n' + b''.join(
        struct.pack('>I', len(data))
        + kind
        + data
        + struct.pack('>I', zlib.crc32(kind + data))
        for kind, data in parts
    )


def as_large(data: bytes, side: int) -> bytes:
    """A file with JPEG pictures that state another width and height."""
    head = b'\xff\xc0\x00\x11\x08'
    first, *others = data.split(head)
    stated = struct.pack('>HH', side, side)
    return first + b''.join(head + stated + other[4:] for other in others)
