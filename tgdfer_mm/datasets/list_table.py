"""Lists of clips with a header: finds the columns by any of their known names."""

from collections.abc import Callable, Iterator
from pathlib import Path

from .own_clips import plain
from .own_tree import entries_of
from .text_files import DataError, SplitFileError
from .text_tables import SUFFIXES, Row, read_rows

COLUMNS = {
    'path': ('path', 'file', 'filename', 'file_name', 'clip', 'video', 'filepath'),
    'label': ('label', 'labels', 'class', 'emotion', 'expression'),
    'person': ('person', 'subject', 'actor', 'speaker', 'participant', 'identity'),
    'split': ('split', 'subset', 'set', 'partition'),
    'source': ('source',),  # written by `tgdfer data faces`: the video of a clip
}

LIST_NAMES = tuple(f'clips{end}' for end in SUFFIXES)  # in a folder of clips


class ListTable:
    """The columns of a list, and its rows.

    Args:
        path: A file that :func:`~tgdfer_mm.datasets.text_tables.read_rows` reads.
        remark: Called with each assumption about the file, as a sentence.

    Attributes:
        header: The row with the names of the columns.
        places: The kind of a column, a key of :data:`COLUMNS`, to its place.
        others: The place of each other column to its name.

    Raises:
        SplitFileError: If the kinds of the columns are not clear from the header.
        DataError: If the file is empty.
    """

    def __init__(self, path: Path, remark: Callable[[str], None]) -> None:
        self.path = path
        self._rows = iter(read_rows(path, remark))
        header = next(self._rows, None)
        if header is None:
            raise DataError(
                f'{path} is empty; write a list of clips into it, see docs/own.md.'
            )
        self.header = header
        names = [plain(cell) for cell in header.cells]
        self.places: dict[str, int] = {}
        for kind, known in COLUMNS.items():
            places = [i for i, name in enumerate(names) if name in known]
            exact = [i for i in places if names[i] == kind]
            if len(places) > 1 and len(exact) != 1:
                columns = [header.cells[i] for i in places]
                raise self.bad(
                    header, f'the columns {columns} could all be that of the {kind}'
                )
            if places:
                self.places[kind] = (exact or places)[0]
        if 'path' not in self.places:
            raise self.bad(
                header,
                'the first row has to name the columns, such as path,label,person,'
                f'split; a column of paths is called one of {list(COLUMNS["path"])}',
            )
        used = set(self.places.values())
        self.others = {i: c for i, c in enumerate(header.cells) if c and i not in used}

    def bad(self, row: Row, problem: str) -> SplitFileError:
        """The error for a row."""
        return SplitFileError(self.path, row.line, ','.join(row.cells), problem)

    def rows(self) -> Iterator[Row]:
        """The rows below the header, each with as many cells as there are columns.

        Raises:
            SplitFileError: If a row has more cells than columns, or no path.
        """
        width = len(self.header.cells)
        for row in self._rows:
            if any(row.cells[width:]):
                raise self.bad(
                    row,
                    f'there are {len(row.cells)} cells under {width} columns; put '
                    'quotes around a cell that has the separator in it',
                )
            row.cells = (row.cells + [''] * width)[:width]
            if not self.cell(row, 'path'):
                raise self.bad(row, 'the path is missing; write it')
            yield row

    def cell(self, row: Row, kind: str) -> str:
        """The text of a row in the column of a kind; empty if there is none."""
        place = self.places.get(kind)
        return '' if place is None else row.cells[place]


def find_list(root: Path) -> Path | None:
    """The list ``clips.csv`` (or with another suffix) in a folder, if there is one.

    The search ignores case, as some file systems do.

    Raises:
        DataError: If there are several, or the folder cannot be read.
    """
    there = [
        Path(entry.path)
        for entry in entries_of(root)
        if entry.name.lower() in LIST_NAMES and entry.is_file()
    ]
    if len(there) > 1:
        raise DataError(
            f'{root} has several lists of clips, {[p.name for p in there]}: leave only '
            'one there, or give the path of the right one as the data.'
        )
    return there[0] if there else None
