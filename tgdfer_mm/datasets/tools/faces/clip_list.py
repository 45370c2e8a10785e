"""The list of a data set of one's own: ``clips.csv`` next to the videos."""

import csv
import io
import os
import posixpath
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ....files import write_text
from ...text_files import DataError
from .inputs import LIST_NAME, RawClip

SOURCE = 'source'  # the column that is added


class ClipList(NamedTuple):
    """The list, with the input that each row means.

    Attributes:
        columns: Their names.
        rows: The cells.
        sources: Of each row the input's path; None if there is no such input.
    """

    columns: list[str]
    rows: list[list[str]]
    sources: list[str | None]

    def labels(self) -> dict[str, str]:
        """The label of each listed input, empty where the list has none."""
        place = self.columns.index('label') if 'label' in self.columns else None
        return {
            source: '' if place is None else row[place]
            for source, row in zip(self.sources, self.rows, strict=True)
            if source is not None
        }

    def absent(self) -> list[str]:
        """Paths in the list at which there is nothing."""
        place = self.columns.index('path')
        return [
            row[place]
            for source, row in zip(self.sources, self.rows, strict=True)
            if source is None
        ]


def read_list(folder: Path, clips: Iterable[RawClip]) -> ClipList | None:
    """Reads the list; None if there is none.

    A path is below the folder, with or without the ending of the video.

    Raises:
        DataError: It cannot be read; names the file and the line.
    """
    path = folder / LIST_NAME
    if not path.exists():
        return None
    try:
        text = path.read_bytes().decode('utf-8-sig')
        rows = list(csv.reader(io.StringIO(text, newline=''), strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as err:
        raise DataError(
            f'{path} cannot be read ({err}); it must be comma-separated UTF-8 text'
        ) from err
    columns = [name.strip() for name in rows[0]] if rows else []
    if 'path' not in columns or len(set(columns)) < len(columns):
        raise DataError(
            f'{path}, line 1: the columns are {columns}; needed are "path", "label" '
            'and maybe others, each once, with commas between'
        )
    if SOURCE in columns:
        raise DataError(
            f'{path}, line 1: rename the column {SOURCE!r}; one of that name is added'
        )
    body = [row for row in rows[1:] if row]
    for row in body:
        if len(row) != len(columns):
            raise DataError(
                f'{path}: the row {row} has {len(row)} cells, not {len(columns)}'
            )
    known: dict[str, str | None] = {}
    for raw in clips:
        stem = posixpath.splitext(raw.source)[0]
        known[stem] = None if stem in known else raw.source  # None: several
    known |= {raw.source: raw.source for raw in clips}
    place = columns.index('path')
    paths = [row[place] for row in body]
    sources = [known.get(each) or known.get(_below(each, folder)) for each in paths]
    return ClipList(columns, body, sources)


def write_list(
    listed: ClipList, records: Mapping[str, Mapping[str, Any]], out: Path
) -> None:
    """Writes the list of the clips: a row of the videos' list for each clip of it.

    Args:
        listed: The videos' list.
        records: By the input's path.
        out: Folder of the clips.
    """
    text = io.StringIO(newline='')
    writer = csv.writer(text, lineterminator='\n')
    writer.writerow([*listed.columns, SOURCE])
    place = listed.columns.index('path')
    for row, source in zip(listed.rows, listed.sources, strict=True):
        for clip in records[source]['clips'] if source in records else ():
            writer.writerow([*row[:place], clip['clip'], *row[place + 1 :], row[place]])
    write_text(out / LIST_NAME, text.getvalue())


def _below(path: str, folder: Path) -> str:
    path = path.strip().replace('\\', '/')
    if posixpath.isabs(path):
        path = os.path.relpath(path, folder.absolute())
    return posixpath.normpath(path)
