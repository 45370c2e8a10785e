"""Pictures and errors of one input, whether there are few inputs or many."""

import traceback
from pathlib import Path

from ..video.errors import OutputError, VideoError


def draw(result: dict, path: str, folder: Path) -> list[Path]:
    """Writes the pictures of a result; returns their files.

    Raises:
        OutputError: One cannot be written.
    """
    from ..visualization.video import write_all

    try:
        return write_all(result, path, folder)
    except VideoError:
        raise
    except OSError as err:
        raise OutputError(
            f'{folder}: the pictures cannot be written ({err.strerror or err}); '
            'result.json and frames.csv are kept'
        ) from err


def fault(each: str | int, err: Exception) -> VideoError:
    """A sentence about an error that nobody has foreseen, with its place in the code.

    Args:
        each: The input.
        err: The error.
    """
    last = traceback.extract_tb(err.__traceback__)[-1]
    text = ' '.join(str(err).split())
    return VideoError(
        f'{each}: a fault of this package ({type(err).__name__}: {text[:300]}, in '
        f'{last.filename}, line {last.lineno}). Please report it'
    )
