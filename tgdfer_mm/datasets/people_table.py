"""A user's table of people and their groups."""

from collections.abc import Sequence
from pathlib import Path

from .clip_dataset import MissingDataError
from .list_table import COLUMNS
from .own_clips import plain
from .text_files import DataError, SplitFileError, some
from .text_tables import SUFFIXES, Row, read_rows


class PeopleTable:
    """A table with a column of people and a column for each kind of group.

    The header is ``person,sex,age_group``, and a row is for example
    ``anna,female,20-29``. An empty cell means that the group of that person is not
    known. Names match even if they differ in capital letters, spaces, or zeros before a
    number, which spreadsheets remove.

    Args:
        path: A file that :func:`~tgdfer_mm.datasets.text_tables.read_rows` reads.

    Attributes:
        kinds: Names of the group columns.

    Raises:
        MissingDataError: If there is no such file.
        SplitFileError: If the header or a row is wrong; the message names the line.
        DataError: If the file is empty, or of another kind.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path).expanduser()
        if not self.path.is_file():
            raise MissingDataError(f'{path}: there is no such table of people.')
        if self.path.suffix.lower() not in SUFFIXES:
            raise DataError(
                f'{path}: a table of people has to end in one of {list(SUFFIXES)}.'
            )
        self.remarks: list[str] = []
        rows = iter(read_rows(self.path, self.remarks.append))
        header = next(rows, None)
        if header is None:
            raise DataError(f'{path} is empty: its first row has to be person,sex,...')
        place = self._place_of_people(header)
        names = {i: c for i, c in enumerate(header.cells) if c and i != place}
        self.kinds = tuple(names.values())
        if not names or len(set(self.kinds)) < len(names):
            raise self._bad(
                header,
                'next to the column of people there has to be one for each kind of '
                'group, such as sex, each with another name',
            )
        self._groups: dict[str, dict[str, str]] = {}
        for row in rows:
            cells = row.cells + [''] * (len(header.cells) - len(row.cells))
            person = cells[place]
            if any(cells[len(header.cells) :]):
                columns = len(header.cells)
                raise self._bad(row, f'there are more cells than the {columns} columns')
            if not person:
                raise self._bad(row, 'it names no person; write the name')
            if _key(person) in self._groups:
                raise self._bad(row, f'{person} occurs twice; remove one row')
            self._groups[_key(person)] = {k: cells[i] for i, k in names.items()}

    def groups_of(self, person: str) -> dict[str, str]:
        """The known groups of a person.

        Raises:
            DataError: If the table has no row of this person.
        """
        found = self._groups.get(_key(person))
        if found is None:
            raise DataError(
                f'{self.path} has no row of {person!r}; it has {len(self._groups)}: '
                f'{some(self._groups, 5)}. Add one; leave a cell empty where the group '
                'is not known.'
            )
        return {kind: group for kind, group in found.items() if group}

    def choose(self, kinds: Sequence[str] | None) -> tuple[str, ...]:
        """The requested kinds of groups, by default all.

        Raises:
            DataError: If the table has no such column.
        """
        absent = [kind for kind in kinds or () if kind not in self.kinds]
        if absent:
            raise DataError(
                f'{self.path} has no column {absent[0]!r}, only {list(self.kinds)}.'
            )
        return self.kinds if kinds is None else tuple(kinds)

    def _place_of_people(self, header: Row) -> int:
        known: Sequence[str] = COLUMNS['person']
        names = [plain(cell) for cell in header.cells]
        places = [i for i, name in enumerate(names) if name in known]
        exact = [i for i in places if names[i] == 'person']
        if len(exact or places) != 1:
            raise self._bad(
                header, f'one column has to name the people; call it one of {[*known]}'
            )
        return (exact or places)[0]

    def _bad(self, row: Row, problem: str) -> SplitFileError:
        return SplitFileError(self.path, row.line, ','.join(row.cells), problem)


def _key(person: str) -> str:
    key = plain(person)
    return key.lstrip('0') or '0' if key.isdecimal() else key
