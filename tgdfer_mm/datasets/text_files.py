"""Reading the authors' lists: their encodings, their numbers, and what is wrong."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

_SHOWN = 100  # characters of a line in an error
_NUMBER = re.compile('[0-9]{1,18}')  # of ASCII: `isdecimal` and `int` know many more


class DataError(ValueError):
    """Data, or an option about them, that the user can put right."""

    exit_code = 2  # of a command


class EmptySplitFileError(DataError):
    """A split file without a clip."""


class SplitFileError(DataError):
    """A split file that does not say what its authors' format allows.

    Args:
        path: The split file.
        line: Number of the offending line, from 1.
        content: The offending line; of a long one its start is shown.
        problem: What is wrong with it.
    """

    def __init__(self, path: Path, line: int, content: str, problem: str) -> None:
        shown = repr(content[:_SHOWN])
        if len(content) > _SHOWN:
            shown += f' and {len(content) - _SHOWN} more characters'
        super().__init__(f'{path}, line {line}: {problem}; the line reads {shown}')


def some(names: Iterable[str], limit: int = 3) -> str:
    """The first few names, for a sentence."""
    names = list(map(str, names))
    return ', '.join(names[:limit]) + (', ...' if len(names) > limit else '')


def whole_number(text: str) -> int | None:
    """A number of a list; None if the text is none, or too long to be one.

    Args:
        text: Digits of ASCII, at most 18 of them.
    """
    return int(text) if _NUMBER.fullmatch(text) else None


def read_lines(path: Path, encodings: Sequence[str] = ('utf-8-sig',)) -> list[str]:
    """The lines of a text file, whatever system wrote it.

    Only line feeds and carriage returns end a line: captions may hold the further
    characters at which ``str.splitlines`` cuts.

    Args:
        path: The file.
        encodings: To be tried in turn; the first one that fits is taken.

    Raises:
        SplitFileError: None fits; names the line at which the first one fails.
    """
    data = path.read_bytes()
    first: UnicodeDecodeError | None = None
    for encoding in encodings:
        try:
            return re.split('\r\n|\r|\n', data.decode(encoding))
        except UnicodeDecodeError as err:
            first = first or err
    number = data[: first.start].count(b'\n') + 1
    line = data.splitlines()[number - 1].decode('ascii', 'backslashreplace')
    names = ' nor '.join(encodings).replace('utf-8-sig', 'UTF-8')
    raise SplitFileError(path, number, line, f'this is not {names} text')
