"""Counts the processes that died while they read a video.

A video may crash its reader, or take all memory. Then no process is left to report it.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ...files import write_text
from ...video.errors import VideoError
from ..writing import naming_what_fails

MOST = 3  # [choice] a cluster also ends processes without any fault of a video


@contextmanager
def attempt(folder: Path, video: str) -> Iterator[None]:
    """Keeps a note next to a folder while its video is read.

    Args:
        folder: Folder of the video's result.
        video: Its path.

    Raises:
        VideoError: Too many processes have died already. The next attempt counts as the
            first again.
        OutputError: The note cannot be written.
    """
    died, note = deaths(folder), _note(folder)
    with naming_what_fails(note):
        write_text(note, f'{died + 1}\n')
    try:
        if died >= MOST:
            raise VideoError(
                f'{video}: {died} processes died while they read it (crashed, out of '
                'memory, or ended from outside), so this time it was left out'
            )
        yield
    finally:
        note.unlink(missing_ok=True)


def deaths(folder: Path) -> int:
    """Counts the processes that died one after another while they read a video."""
    with suppress(OSError, ValueError):
        return int(_note(folder).read_text(encoding='utf-8'))
    return 0


def _note(folder: Path) -> Path:
    return folder.with_name(f'.{folder.name}.tries')
