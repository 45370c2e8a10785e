"""Opens media files with PyAV, and never another file that they point to."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import Any

from ..clips.git_lfs import is_pointer
from ..clips.media_files import (
    local_name,
    names_other_files,
    only_a_file,
    what_it_is,
)
from .errors import InputError, NoVideoError
from .frames import MAX_PIXELS
from .optional_packages import need


@contextmanager
def open_media(
    path: str | Path, formats: str | None = None, max_pixels: int = MAX_PIXELS
) -> Iterator[Any]:
    """Opens a file for reading.

    FFmpeg gets an open file, and of its name only the ending, so it cannot read the
    name as an address or a pattern. It may open nothing else: no protocol is allowed.

    Args:
        path: The file.
        formats: FFmpeg's names of the containers that are read, divided by commas;
            None reads all.
        max_pixels: Largest number of pixels of a frame. Decoders refuse a larger frame
            by the size that it states, and it counts as damaged.

    Yields:
        The `av.container.InputContainer`.

    Raises:
        InputError: The file is missing, empty, a play list, or of a kind that is not
            read.
    """
    av, path = need('av'), Path(path)
    with checked_file(path) as file:
        # FFmpeg already decodes one or two frames to find out what is in a file.
        options = {'protocol_whitelist': 'none', 'max_pixels': str(max_pixels)}
        if formats is not None:
            options['format_whitelist'] = formats
        try:
            # Titles and other texts may be in any encoding.
            container = av.open(file, options=options, metadata_errors='replace')
        except (av.error.FFmpegError, ValueError, OSError) as err:
            raise NoVideoError(
                f'{path}: not a video, or cut off before its index ({reason(err)})'
            ) from err
        with container:
            for stream in container.streams.video:
                stream.codec_context.options = {'max_pixels': str(max_pixels)}
            yield container


class _File(FileIO):
    def seek(self, offset: int, whence: int = 0) -> int:
        try:
            return super().seek(offset, whence)
        except OSError:  # FFmpeg also tries places before the start, and then goes on
            return -1


@contextmanager
def checked_file(path: Path) -> Iterator[FileIO]:
    """Opens a file, after a check of its kind.

    Raises:
        InputError: It cannot be read, is empty, or is a pointer of git-lfs or a play
            list.
    """
    wrong = what_it_is(path)
    if wrong:
        raise InputError(f'{path}: {wrong}')
    try:
        if path.stat().st_size == 0:
            raise InputError(f'{path}: the file is empty (0 bytes)')
        if is_pointer(path):
            raise NoVideoError(
                f'{path}: is a pointer of git-lfs, whose content was not fetched: call '
                '`git lfs pull` in its folder'
            )
        if names_other_files(path):
            raise NoVideoError(
                f'{path}: is a play list, and the files that it names are not opened: '
                'give the videos themselves'
            )
        file = _File(path, opener=only_a_file)
    except InputError:
        raise
    except OSError as err:
        raise InputError(f'{path}: cannot be opened ({reason(err)})') from err
    with file:
        ending = path.suffix if re.fullmatch(r'\.\w+', path.suffix, re.ASCII) else ''
        file.name = f'media{ending}'  # the name that PyAV gives to FFmpeg
        yield file


def output_name(path: str | Path) -> str:
    """The name of a file to write, in the form that PyAV needs."""
    return local_name(path)


def picture_stream(container: Any) -> Any | None:
    """The first stream of moving pictures; a cover picture is not one."""
    attached = need('av').stream.Disposition.attached_pic
    streams = container.streams.video
    return next((s for s in streams if not s.disposition & attached), None)


def reason(err: Exception) -> str:
    """The reason of an error, in the words of FFmpeg or of the system."""
    return getattr(err, 'strerror', None) or str(err) or type(err).__name__
