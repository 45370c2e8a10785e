"""Finds out if a file ends before the place that its container states.

A file that was cut off still has intact pictures before the cut, so a decoder does not
notice.
"""

import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

_TAIL = 1 << 18


def is_cut_off(path: Path, container: str) -> bool | None:
    """Compares a file with the lengths that its container states.

    Args:
        path: The file.
        container: FFmpeg's name of its format, such as ``mov,mp4``.

    Returns:
        Whether bytes are missing at the end; None if the format does not say. A file
        with too many bytes is not cut off.
    """
    look = next((_LOOKS[n] for n in container.split(',') if n in _LOOKS), None)
    if look is None:
        return None
    try:
        with path.open('rb') as file:
            return look(file, path.stat().st_size)
    except (struct.error, IndexError, ValueError, OSError):
        return None  # the length makes no sense


def _boxes(file: BinaryIO, size: int) -> bool | None:
    known = {b'ftyp', b'moov', b'mdat', b'moof', b'free', b'skip', b'wide', b'mfra'}
    known |= {b'sidx', b'styp', b'uuid', b'meta', b'udta', b'emsg', b'prft', b'pnot'}
    at, parts = 0, False
    while at + 8 <= size:
        file.seek(at)
        length, kind = struct.unpack('>I4s', file.read(8))
        if length == 1:
            length = struct.unpack('>Q', file.read(8))[0]
        if kind not in known or length < 8:  # 0: up to the end of the file
            return None if length == 0 else False
        if at + length > size:
            return True
        parts = parts or kind == b'moof'
        at += length
    return parts and at < size  # the head of another part


def _segment(file: BinaryIO, size: int) -> bool | None:
    head = file.read(4096)
    at = head.index(b'\x18\x53\x80\x67') + 4
    count = 9 - head[at].bit_length()
    number = int.from_bytes(head[at : at + count], 'big') & ((1 << 7 * count) - 1)
    if number == (1 << 7 * count) - 1:  # recorded live
        return None
    return at + count + number > size


def _riff(file: BinaryIO, size: int) -> bool | None:
    at = 0
    while at + 8 <= size:
        file.seek(at)
        kind, length = struct.unpack('<4sI', file.read(8))
        if kind != b'RIFF':
            return False
        if length in (0, 0xFFFFFFFF):  # never finished
            return None
        at += 8 + length + length % 2
    return at - 1 > size


def _asf(file: BinaryIO, size: int) -> bool | None:
    head = file.read(1 << 16)
    at = head.index(bytes.fromhex('a1dcab8c47a9cf118ee400c00c205365'))
    stated = struct.unpack_from('<Q', head, at + 40)[0]
    live = struct.unpack_from('<I', head, at + 88)[0] & 1
    return None if live or not stated else stated > size


def _flv(file: BinaryIO, size: int) -> bool | None:
    head = file.read(4096)
    name = b'filesize\x00'
    if name in head:
        stated = struct.unpack_from('>d', head, head.index(name) + len(name))[0]
        if stated > size:
            return True
    at = struct.unpack_from('>I', head, 5)[0] + 4
    while at + 11 <= size:
        file.seek(at)
        kind, *length = struct.unpack('4B', file.read(4))
        if kind & 31 not in (8, 9, 18):  # something that was added at the end
            return False
        at += 15 + int.from_bytes(length, 'big')
    return at > size


def _packets(file: BinaryIO, size: int) -> bool | None:
    head = file.read(1024)
    for length, before in ((188, 0), (192, 4), (204, 0)):
        starts = range(before, min(len(head), size), length)
        if len(starts) > 2 and all(head[at] == 0x47 for at in starts):
            rest = size % length
            file.seek(max(0, size - rest - length * 1000))
            tail = file.read()
            if rest and tail[-rest:].find(b'\x47', 0, before + 1) == before:
                return True
            return _in_a_packet(tail, length, before)
    return None


def _in_a_packet(tail: bytes, length: int, before: int) -> bool | None:
    """Whether parts are missing of a packet that states its length, as of sound."""
    lacking: dict[int, int] = {}
    for at in range(before, len(tail) - 187, length):
        if tail[at] != 0x47:  # something that was added at the end
            break
        head, flags = struct.unpack_from('>HB', tail, at + 1)
        start, pid = head & 0x4000, head & 0x1FFF
        place = at + 4 + (1 + tail[at + 4] if flags & 0x20 else 0)
        there = at + 188 - place if flags & 0x10 else 0
        if start and tail[place : place + 3] == b'\x00\x00\x01':
            stated = struct.unpack_from('>H', tail, place + 4)[0]
            lacking[pid] = stated + 6 if stated else 0
        elif start:
            lacking.pop(pid, None)
        if pid in lacking:
            lacking[pid] -= there
    return any(count > 0 for count in lacking.values()) or None


def _program(file: BinaryIO, size: int) -> bool | None:
    file.seek(max(0, size - _TAIL))
    tail = file.read()
    codes = list(re.finditer(rb'\x00\x00\x01([\xb9-\xff])', tail))
    if not codes:
        return None
    at, kind = codes[-1].start(), codes[-1][1]
    if kind == b'\xb9':  # the end
        return False
    if kind == b'\xba':
        return True  # the head of a pack without a packet
    length = struct.unpack_from('>H', tail, at + 4)[0]
    if not length:
        return None
    behind = tail[at + 6 + length :][:3]
    whole = at + 6 + length <= len(tail)
    return not whole or bool(behind) and b'\0\0\1'.startswith(behind)


def _ogg(file: BinaryIO, size: int) -> bool | None:
    file.seek(max(0, size - _TAIL))
    tail = file.read()
    at = tail.rindex(b'OggS')
    count = tail[at + 26]
    length = 27 + count + sum(tail[at + 27 : at + 27 + count])
    last = tail[at + 5] & 4
    return not last or at + length > len(tail)


def _gif(file: BinaryIO, size: int) -> bool | None:
    data = file.read()

    def table(flags: int) -> int:
        return 3 << ((flags & 7) + 1) if flags & 128 else 0

    at = 13 + table(data[10])
    while at < size:
        kind = data[at]
        if kind == 0x3B:
            return False
        if kind == 0x2C:
            if at + 9 >= size:
                return True
            at += 11 + table(data[at + 9])
        elif kind == 0x21:
            at += 2
        else:
            return None
        while at < size and data[at]:
            at += 1 + data[at]
        at += 1
    return True


def _png(file: BinaryIO, size: int) -> bool | None:
    at = 8
    while at + 8 <= size:
        file.seek(at)
        length, kind = struct.unpack('>I4s', file.read(8))
        at += 12 + length
        if kind == b'IEND':
            return at > size
    return True


def _y4m(file: BinaryIO, size: int) -> bool | None:
    start = len(file.readline(1024))
    head = start + len(file.readline(1024))
    file.seek(head)
    data = b''
    while (found := data.find(b'FRAME\n')) < 0 and len(data) < 1 << 27:
        more = file.read(1 << 20)
        if not more:
            return None
        data += more
    length = head - start + found
    rest = (size - start) % length
    file.seek(size - rest)
    return rest > 0 and b'FRAME'.startswith(file.read(5)[:rest])


def _ivf(file: BinaryIO, size: int) -> bool | None:
    stated, at, count = struct.unpack_from('<I', file.read(32), 24)[0], 32, 0
    while at + 12 <= size:
        file.seek(at)
        at += 12 + struct.unpack('<I', file.read(4))[0]
        count += at <= size
    return count < stated


def _nut(file: BinaryIO, size: int) -> bool | None:
    file.seek(max(0, size - _TAIL))
    return b'NX\xdd\x67\x2f\x23\xe6\x4e' not in file.read()  # the index


def _dv(file: BinaryIO, size: int) -> bool | None:
    unit = 144000 if file.read(4)[3] & 128 else 120000
    return size % unit > 0


_LOOKS: dict[str, Callable[[BinaryIO, int], bool | None]] = {
    'mov': _boxes,
    'matroska': _segment,
    'avi': _riff,
    'asf': _asf,
    'flv': _flv,
    'mpegts': _packets,
    'mpeg': _program,
    'ogg': _ogg,
    'gif': _gif,
    'apng': _png,
    'yuv4mpegpipe': _y4m,
    'ivf': _ivf,
    'nut': _nut,
    'dv': _dv,
}
