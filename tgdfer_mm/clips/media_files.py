"""Media files by name: a reader must take no name for a protocol or a pattern.

FFmpeg reads ``10:30.mp4`` as an address with the protocol ``10``, and some files are
nothing but lists of other files, which may be anywhere.
"""

import errno
import os
import stat

_STARTS = (b'#EXTM3U', b'ffconcat version')
_PARTS = (b'<MPD', b'<CompositionPlaylist', b'\nc=IN IP', b'[playlist]', b'RTSPtext')


def local_name(path: str | os.PathLike) -> str:
    """The name of a file that FFmpeg cannot take for anything else."""
    return f'file:{os.path.abspath(path)}'


def names_other_files(path: str | os.PathLike) -> bool:
    """Whether a file is a play list: opening it would open other files or connect."""
    with open(path, 'rb', opener=only_a_file) as file:
        head = file.read(2048)
    return head.startswith(_STARTS) or any(part in head for part in _PARTS)


def what_it_is(path: str | os.PathLike) -> str:
    """Says why a path is no file to read from; empty if it is one.

    Pipes and devices are not opened, because that may wait for ever.
    """
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return 'there is no such file'
    except OSError as err:  # a link to itself, a name that is too long, no permission
        return f'cannot be opened ({err.strerror})'
    except ValueError as err:  # a null character
        return f'is no name of a file ({err})'
    if stat.S_ISREG(mode):
        return ''
    return 'is a folder' if stat.S_ISDIR(mode) else 'is a pipe or device, not a file'


def only_a_file(path: str, flags: int) -> int:
    """An opener for `open` that opens no pipe and no device: those may never end.

    Raises:
        OSError: It is something else than a file, or cannot be opened.
    """
    handle = os.open(path, flags | getattr(os, 'O_NONBLOCK', 0))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, 'it is no file, but a folder, pipe or device')
    return handle
