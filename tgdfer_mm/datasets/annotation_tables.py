"""Tables of annotations: the authors' Excel sheets, or CSV files."""

import csv
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from .text_files import DataError, SplitFileError, read_lines

_ROWS = 1 << 20  # of a sheet, as in Excel
_MOST = 1 << 28  # largest size of an unpacked sheet, bytes


def read_table(path: Path) -> Iterator[tuple[int, list[Any]]]:
    """Reads a table row by row.

    Args:
        path: An ``.xlsx`` file, whose first sheet is read, or a ``.csv`` file separated
            by commas.

    Yields:
        Number of the row, from 1, and its cells: with their types from a sheet, as text
        from a CSV file. Empty rows are left out.

    Raises:
        DataError: If the file is of another kind, or its content does not fit its
            suffix.
        ImportError: openpyxl is not installed, and the file is a sheet.
    """
    kinds = {'.xlsx': _read_sheet, '.csv': _read_csv}
    if path.suffix.lower() not in kinds:
        raise DataError(
            f'{path}: a table has to end in one of {list(kinds)}; save it in one of '
            'these forms.'
        )
    for number, row in enumerate(kinds[path.suffix.lower()](path), start=1):
        while row and row[-1] in (None, ''):
            row.pop()
        if row:
            yield number, row


def find_columns(
    path: Path,
    number: int,
    header: Sequence[Any],
    wanted: Sequence[str],
    name_of: Callable[[Any], Any] = lambda cell: cell,
) -> dict[str, int]:
    """Places of the columns of a table, in any order.

    Args:
        path: The table.
        number: Number of the header's row.
        header: The cells of that row.
        wanted: Names of the columns.
        name_of: Function from a header cell to the name of the column.

    Raises:
        SplitFileError: If a column is missing, or occurs twice.
    """
    names = [name_of(cell) for cell in header]
    lacking = [name for name in wanted if names.count(name) != 1]
    if lacking:
        problem = f'the header should have one column each for {lacking}'
        raise SplitFileError(path, number, ','.join(map(str, header)), problem)
    return {name: names.index(name) for name in wanted}


def _read_csv(path: Path) -> Iterator[list[str]]:
    lines = read_lines(path)
    rows = csv.reader(lines)
    try:
        for row in rows:
            yield [cell.strip() for cell in row]
    except csv.Error as err:  # such as a cell of more than 131,072 characters
        number = rows.line_num
        raise SplitFileError(path, number, lines[number - 1], str(err)) from err


def _read_sheet(path: Path) -> Iterator[list[Any]]:
    try:
        from openpyxl import load_workbook
    except ImportError as err:
        raise ImportError(
            f'Reading {path} needs openpyxl: run `pip install tgdfer_mm[tables]`; or '
            'save the sheet as a .csv file and name that file.'
        ) from err
    try:
        with zipfile.ZipFile(path) as parts:
            size = sum(part.file_size for part in parts.infolist())
        if size > _MOST:
            raise ValueError(f'unpacked it would have {size:,} bytes')
        book = load_workbook(path, read_only=True, data_only=True)
    except Exception as err:  # openpyxl does not catch exceptions of zipfile and XML
        raise DataError(f'{path} is not an Excel sheet: {err}') from err
    number = 1
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # the stated size of a sheet may be wrong
        # Cells are read only here. A row may state any number, and all rows before it
        # are then created.
        for row in sheet.iter_rows(values_only=True):
            if number > _ROWS:
                raise ValueError(
                    f'a sheet has {_ROWS:,} rows at most; remove the empty ones at the '
                    'end'
                )
            yield list(row)
            number += 1
    except Exception as err:
        raise DataError(f'{path}, row {number} cannot be read: {err}') from err
    finally:
        book.close()
