"""Reading the authors' lists, which come in several encodings."""

import re
from collections.abc import Sequence
from pathlib import Path


class EmptySplitFileError(ValueError):
    """A split file without a clip."""

    exit_code = 2  # of a command


class SplitFileError(ValueError):
    """A split file that does not say what its authors' format allows.

    Args:
        path: The split file.
        line: Number of the offending line, from 1.
        content: The offending line.
        problem: What is wrong with it.
    """

    exit_code = 2  # of a command

    def __init__(self, path: Path, line: int, content: str, problem: str) -> None:
        super().__init__(f'{path}, line {line}: {problem}; the line reads {content!r}')


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
