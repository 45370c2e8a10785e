"""Reads the authors' lists: encodings, numbers, and errors."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

_SHOWN = 100  # characters of a line in an error
_NUMBER = re.compile(
    '[0-9]{1,18}'
)  # ASCII only: `isdecimal` and `int` accept many more


class DataError(ValueError):
    """Data, or an option about them, are wrong, and the user can correct them."""

    exit_code = 2  # of a command


class EmptySplitFileError(DataError):
    """A split file has no clip."""


class SplitFileError(DataError):
    """A line of a split file is not in the authors' format.

    Args:
        path: The split file.
        line: Number of the offending line, from 1.
        content: The offending line; the message shows the start of a long one.
        problem: The problem with it.
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
    """Parses a number of a list; None if the text is not a number, or is too long.

    Args:
        text: At most 18 ASCII digits.
    """
    return int(text) if _NUMBER.fullmatch(text) else None


def read_lines(path: Path, encodings: Sequence[str] = ('utf-8-sig',)) -> list[str]:
    """The lines of a text file from any operating system.

    Only line feeds and carriage returns end a line: captions may contain other
    characters at which ``str.splitlines`` cuts.

    Args:
        path: The file.
        encodings: Tried in order; the first one that fits is used.

    Raises:
        SplitFileError: If none fits; the message names the line at which the first one
            fails.
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
