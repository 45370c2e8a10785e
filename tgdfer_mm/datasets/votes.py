"""The votes of DFEW's ten annotators, as soft labels."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from .annotation_tables import find_columns, read_table
from .text_files import SplitFileError, whole_number

VOTERS = 10
_COLUMNS = ('order', 'label')


class Votes(NamedTuple):
    """A row of the table of votes.

    Attributes:
        row: Number of the row, from 1.
        label: The single label, from 1; 0 for none.
        votes: Number of annotators who chose each class.
    """

    row: int
    label: int
    votes: list[int]


def read_votes(path: Path, classes: Sequence[str]) -> dict[int, Votes]:
    """Reads DFEW's ``annotation.xlsx``, or the same table as CSV.

    Its header names seven columns of votes after the class, with or without the class's
    number before it (``1happy``), the clip (``order``) and the single label (``label``,
    0 for none). Columns are found by name and clips by number; the order of rows has no
    meaning.

    Args:
        path: The table.
        classes: The classes, in the order of the labels 1, 2, ...

    Returns:
        The votes of each clip, by its number.

    Raises:
        SplitFileError: If the header lacks a column, or a row is not numbers, repeats a
            clip, or its votes do not sum to ten; the message names the row.
    """
    rows = read_table(path)
    number, header = next(rows, (1, []))
    places = find_columns(path, number, header, (*classes, *_COLUMNS), _name)
    votes: dict[int, Votes] = {}
    for number, row in rows:

        def bad(problem: str, number=number, row=row) -> SplitFileError:
            return SplitFileError(path, number, ','.join(map(str, row)), problem)

        try:
            values = {name: _whole(row[place]) for name, place in places.items()}
        except (IndexError, TypeError, ValueError, OverflowError):
            raise bad(f'expected a whole number for each of {list(places)}') from None
        clip = values['order']
        if clip in votes:
            raise bad(f'clip {clip} is already in row {votes[clip].row}')
        each = [values[name] for name in classes]
        if min(each) < 0 or sum(each) != VOTERS:
            raise bad(f'the votes {each} are not those of {VOTERS} annotators')
        if not 0 <= values['label'] <= len(classes):
            raise bad(f'label {values["label"]} is out of range, 0 to {len(classes)}')
        votes[clip] = Votes(number, values['label'], each)
    return votes


def _name(cell: object) -> str:
    return str(cell).strip().lower().lstrip('0123456789')


def _whole(cell: object) -> int:
    if isinstance(cell, str):  # of a CSV file, where a sheet's 3 may have become 3.0
        cell = whole_number(re.sub(r'\.0*$', '', cell))
    value = float(cell)
    if value != int(value):
        raise ValueError
    return int(value)
