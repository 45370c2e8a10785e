"""A user's list without a header: paths, and numbers for the classes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from .peer_lists import (
    SOUND,
    TABLE,
    PeerFormat,
    PeerRow,
    check_range,
    read_rows,
    recognise,
)
from .text_files import DataError, SplitFileError, read_lines


@dataclass(frozen=True)
class Numbers:
    """A list in a format of other projects, with its label numbers resolved.

    Attributes:
        format: Its format.
        label_base: The number of the first class in the file.
        rows: Its rows, with labels from 0.
    """

    format: PeerFormat
    label_base: int
    rows: list[PeerRow]


def read_numbers(path: Path, classes: Sequence[str] | None) -> Numbers | None:
    """Reads a list ``path label`` or ``path frames label``; None for other lists.

    Args:
        path: The list.
        classes: The classes, in the order of the numbers in the list.

    Raises:
        SplitFileError: If a line does not fit the format of the first one, or its label
            is out of range; the message names the line.
        DataError: If the classes are not known; or the list has neither a label 0 nor a
            label equal to the number of classes, so that its first label is not known.
    """
    try:
        lines = read_lines(path)
    except SplitFileError:  # a table may be in other encodings
        return None
    first = next((line.strip() for line in lines if line.strip()), '')
    found = None
    if recognise(first) not in (SOUND, TABLE):
        found = read_rows(path, lines)
    if found is None:
        return None
    if classes is None:
        raise DataError(
            f'{path} has numbers for its classes. Write the names of the classes, in '
            f'the order of the numbers, into {path.parent / "classes.json"}; or write '
            'names instead of the numbers, under the header path,label.'
        )
    kind, rows = found
    labels = {row.label for row in rows}
    base = min(1, *labels)
    check_range(path, lines, rows, base, len(classes))
    if not labels & {0, len(classes)}:
        raise DataError(
            f'{path} has neither a label 0 nor a label {len(classes)}, so its labels '
            'may start at 0 or at 1. Write the names of the classes instead of the '
            'numbers, under the header path,label.'
        )
    return Numbers(kind, base, [replace(row, label=row.label - base) for row in rows])
