"""Tables of users, written by hand, by a script, or by a spreadsheet program."""

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from .annotation_tables import read_table
from .text_files import SplitFileError

SUFFIXES = ('.csv', '.tsv', '.txt', '.xlsx')
_SEPARATORS = (',', ';', '\t')
_MARKED = {codecs.BOM_UTF16_LE: 'utf-16', codecs.BOM_UTF16_BE: 'utf-16'}
_EXCEL = 'cp1252'


class Row:
    """A row of a table.

    Attributes:
        line: Number of its first line, from 1; in a sheet the row.
        cells: Its cells as text, without spaces around them.
    """

    def __init__(self, line: int, cells: Sequence[object]) -> None:
        self.line = line
        self.cells = ['' if c is None else str(c).strip() for c in cells]


def read_rows(path: Path, remark: Callable[[str], None]) -> Iterator[Row]:
    """Reads a table that any program wrote.

    The first sheet of an ``.xlsx`` file is read. Every other file is text: in UTF-8, in
    UTF-16 with a byte order mark, or in Excel's cp1252. The separator is the one that
    is most frequent in the first line: comma, semicolon or tab. Cells in quotes may
    contain separators and line ends. Empty rows are left out.

    Args:
        path: The file.
        remark: Called with each assumption about the file, as a sentence.

    Raises:
        SplitFileError: If the text has none of these encodings, or a quote does not
            end.
    """
    if path.suffix.lower() == '.xlsx':
        for number, cells in read_table(path):
            yield Row(number, [_plain_number(cell) for cell in cells])
        return
    text = _decode(path, remark)
    lines = text.splitlines()
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    stated = lines[first].strip() if lines else ''
    skipped = 0
    if stated.lower().startswith('sep=') and len(stated) == 5:  # a line of Excel's
        separator, skipped = stated[4], 1
    else:
        separator = max(_SEPARATORS, key=stated.count)
    reader = csv.reader(
        io.StringIO(text, newline=''),
        delimiter=separator,
        skipinitialspace=True,  # a quote may follow a space
        strict=True,
    )
    line = 0
    try:
        for cells in reader:
            start, line = line + 1, reader.line_num
            row = Row(start, cells)
            if any(row.cells) and skipped:
                skipped -= 1
            elif any(row.cells):
                yield row
    except csv.Error as err:
        content = lines[line] if line < len(lines) else ''
        raise SplitFileError(
            path, line + 1, content, f'this is not a row of a table ({err})'
        ) from err


def _decode(path: Path, remark: Callable[[str], None]) -> str:
    data = path.read_bytes()
    for mark, encoding in _MARKED.items():
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError as err:
                raise SplitFileError(
                    path,
                    1,
                    '',
                    f'it begins as UTF-16, but is not ({err.reason})',
                ) from err
    try:
        text = data.decode('utf-8-sig')
        if '\0' not in text:
            return text
        start = data.index(b'\0')
    except UnicodeDecodeError as err:
        start = err.start
    number = data[:start].count(b'\n') + 1
    try:
        text = data.decode(_EXCEL)
        if '\0' in text:
            raise ValueError
    except ValueError as err:
        shown = data.splitlines()[number - 1].decode('ascii', 'backslashreplace')
        raise SplitFileError(
            path, number, shown, 'this is text in neither UTF-8, UTF-16 nor cp1252'
        ) from err
    line = text.split('\n')[number - 1].strip()
    remark(
        f'{path} is not in UTF-8 and is read as {_EXCEL}, as Excel writes it; line '
        f'{number} then reads {line[:80]!r}. If that is wrong, save it in UTF-8.'
    )
    return text


def _plain_number(cell: object) -> object:
    """The text of a sheet's cell, where every number may have become a float."""
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell
