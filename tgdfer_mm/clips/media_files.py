"""Opens media files by name, so that no name is read as a protocol or a pattern.

FFmpeg reads ``10:30.mp4`` as an address with the protocol ``10``. Some files are only
lists of other files, which may be anywhere.
"""

import errno
import os
import re
import stat
from typing import BinaryIO

# All in lower case.
_STARTS = (b'#extm3u', b'ffconcat version', b'rtsptext', b'smiltext', b'# mpv edl')
_PARTS = (b'<mpd', b'<compositionplaylist', b'\nc=in ip', b'[playlist]', b'[reference]')
_PARTS += (b'<asx', b'<smil', b'<playlist')
_HEAD, _TEXT = 2048, 1 << 20  # bytes; FFmpeg reads as much to find the kind of a text
_REFERENCE_MOVIE = re.compile(rb'moov.{4}rmra', re.DOTALL)


def local_name(path: str | os.PathLike) -> str:
    """A name that FFmpeg can read only as a file."""
    return f'file:{os.path.abspath(path)}'


def names_other_files(path: str | os.PathLike) -> bool:
    """True if a file is a play list: to open it would open other files or addresses."""
    with open(path, 'rb', opener=only_a_file) as file:
        _skip_tags(file)
        head = file.read(_HEAD)
        if b'\0' not in head:
            head += file.read(_TEXT - _HEAD)
    # A line is searched for together with the end of the line before.
    text = b'\n' + head.split(b'\0', 1)[0].lower()
    start = text.lstrip(b'\xef\xbb\xbf \t\r\n')
    lists = start.startswith(_STARTS) or any(part in text for part in _PARTS)
    return lists or bool(_REFERENCE_MOVIE.search(head[:_HEAD]))


def _skip_tags(file: BinaryIO) -> None:
    """Moves to the start of a file as FFmpeg sees it, which is after ID3 tags."""
    at = 0
    while (head := file.read(10))[:3] == b'ID3' and len(head) == 10:
        size = 0
        for byte in head[6:]:
            size = size << 7 | byte & 127
        at += 10 + size + (10 if head[5] & 16 else 0)
        file.seek(at)
    file.seek(at)


def what_it_is(path: str | os.PathLike) -> str:
    """Tells why a path cannot be read as a file; empty if it can.

    Pipes and devices are not opened, since that may wait for ever.
    """
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return 'there is no such file'
    except OSError as err:  # a link to itself, a name that is too long, no permission
        return f'cannot be opened ({err.strerror})'
    except ValueError as err:  # a null character
        return f'cannot be the name of a file ({err})'
    if stat.S_ISREG(mode):
        return ''
    return 'is a folder' if stat.S_ISDIR(mode) else 'is a pipe or device, not a file'


def only_a_file(path: str, flags: int) -> int:
    """An opener for `open` that refuses pipes and devices, since those may never end.

    Raises:
        OSError: It is not a file, or cannot be opened.
    """
    handle = os.open(path, flags | getattr(os, 'O_NONBLOCK', 0))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, 'it is a folder, pipe or device, and not a file')
    return handle
