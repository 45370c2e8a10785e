"""The sentence that a command prints about an error that nobody has foreseen."""

import tempfile
import traceback
from pathlib import Path


def sentence_of(error: Exception, text: str) -> str:
    """Writes one sentence about an error; it names a trace, except for errors of files.

    Args:
        error: What ended a command.
        text: Text of the error.
    """
    if isinstance(error, OSError):
        if error.filename is None:
            return error.strerror or text
        return f'{error.filename}: cannot be read or written ({error.strerror}).'
    last = traceback.extract_tb(error.__traceback__)[-1]
    said = f'{type(error).__name__}: ' + ' '.join(text.split())[:500]
    return (
        f'{said} (in {last.filename}, line {last.lineno}). If no setting of yours is '
        f'the reason, please report it{_keep_trace(error)}.'
    )


def _keep_trace(error: Exception) -> str:
    lines = ''.join(traceback.format_exception(error))
    try:
        with tempfile.NamedTemporaryFile(
            mode='w',
            encoding='utf-8',
            errors='backslashreplace',
            prefix='tgdfer_error_',
            suffix='.txt',
            delete=False,
        ) as file:
            file.write(lines)
    except OSError:  # a full disk must not end in a second error
        return ''
    return f', with {Path(file.name)}, which says how it came about'
