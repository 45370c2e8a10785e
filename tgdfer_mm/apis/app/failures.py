"""Sentences about an error: one for the page, one for the terminal."""

import errno
import logging
import re
import traceback
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...video.errors import InputError, OutputError, VideoError
from ..own_words import WordsError
from .sentences import say

if TYPE_CHECKING:
    from .jobs import Job

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
_NO_MEMORY = re.compile(
    r"out of memory|can(?:not|'t) allocate memory|not enough memory|"
    r'insufficient memory|failed to allocate',
    re.IGNORECASE,
)


def explain(error: BaseException, job: 'Job | None' = None) -> str:
    """The sentence for the page.

    Messages are written for the person who started the program: they name its files and
    its options. The page shows only those about the video itself, or about words of the
    user. For every other error the page shows its kind. The terminal shows the whole
    message, without the user's file name.

    Args:
        error: The error.
        job: The job in which it happened; None before there is one.
    """
    causes = list(_causes(error))
    if any(getattr(each, 'errno', None) in _NO_ROOM for each in causes):
        kind = 'no room'
    elif any(_is_lack_of_memory(each) for each in causes):
        kind = 'no memory'
    elif not isinstance(error, VideoError | OSError):
        kind = 'fault'
    elif job and isinstance(error, WordsError):
        return job.plain(error)
    elif job and not job.upload.exists():
        kind = 'gone'
    elif job and _is_about_the_video(error, job):
        return job.plain(error)
    else:
        kind = 'no file' if isinstance(error, OSError) else 'not set up'
    _tell(error, job, trace=kind in ('fault', 'no memory'))
    return say(kind, kind=type(error).__name__)


def _is_about_the_video(error: BaseException, job: 'Job') -> bool:
    own = isinstance(error, InputError) or str(error).startswith(str(job.upload))
    return own and isinstance(error, VideoError)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _is_lack_of_memory(error: BaseException) -> bool:
    return (
        isinstance(error, MemoryError)
        or getattr(error, 'errno', None) == errno.ENOMEM
        or (
            # Torch, OpenCV and onnxruntime have their own errors for it.
            not isinstance(error, VideoError)
            and _NO_MEMORY.search(str(error)) is not None
        )
    )


def _tell(error: BaseException, job: 'Job | None', trace: bool) -> None:
    text = f'{type(error).__name__}: {error}'
    if isinstance(error, OutputError):  # it names the option of another command
        text = f'{error.__cause__}. Make room, or choose another folder with --temp'
    if trace:
        text = ''.join(traceback.format_exception(error))
    if job:  # Only as a whole word: a video may be called "e".
        text = re.sub(rf'(?<!\w){re.escape(job.name)}(?!\w)', '…', text)
    logging.getLogger(__name__).error('a video was not analysed. %s', text)
