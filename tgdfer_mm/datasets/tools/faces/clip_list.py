"""The list of a user's videos: ``clips.csv`` next to the videos."""

import csv
import io
import os
import posixpath
from collections.abc import Iterable, Mapping
from functools import partial
from logging import WARNING
from pathlib import Path
from typing import Any, NamedTuple

from mmengine.logging import print_log

from ....files import write_text
from ...list_table import LIST_NAMES, ListTable, find_list
from .inputs import RawClip


class ClipList(NamedTuple):
    """The list, with the input of each row.

    Attributes:
        columns: Names of the columns.
        places: Kinds of the columns, see :mod:`~tgdfer_mm.datasets.list_table`.
        rows: The cells.
        sources: Path of each row's input; None if there is no such input.
    """

    columns: list[str]
    places: dict[str, int]
    rows: list[list[str]]
    sources: list[str | None]

    def labels(self) -> dict[str, str]:
        """The label of each listed input; empty if the list has none."""
        place = self.places.get('label')
        return {
            source: '' if place is None else row[place]
            for source, row in zip(self.sources, self.rows, strict=True)
            if source is not None
        }

    def absent(self) -> list[str]:
        """Paths in the list without a file."""
        return [
            row[self.places['path']]
            for source, row in zip(self.sources, self.rows, strict=True)
            if source is None
        ]


def read_list(folder: Path, clips: Iterable[RawClip]) -> ClipList | None:
    """Reads the list as training does; None if there is none.

    A path is below the folder, with or without the suffix of the video.

    Raises:
        DataError: If it cannot be read; the message names the file and the line.
    """
    path = find_list(folder)
    if path is None:
        return None
    table = ListTable(path, partial(print_log, logger='current', level=WARNING))
    if 'source' in table.places:
        problem = 'rename the column of sources; one of that name is added'
        raise table.bad(table.header, problem)
    known: dict[str, str | None] = {}
    for raw in clips:
        stem = posixpath.splitext(raw.source)[0]
        known[stem] = None if stem in known else raw.source  # None: several
    known |= {raw.source: raw.source for raw in clips}
    rows = list(table.rows())
    paths = [table.cell(row, 'path') for row in rows]
    sources = [known.get(each) or known.get(_below(each, folder)) for each in paths]
    cells = [row.cells for row in rows]
    return ClipList(table.header.cells, table.places, cells, sources)


def write_list(
    listed: ClipList, records: Mapping[str, Mapping[str, Any]], out: Path
) -> None:
    """Writes the list of the clips, with a copy of its video's row for each clip.

    Args:
        listed: The videos' list.
        records: By the input's path.
        out: Folder of the clips.
    """
    text = io.StringIO(newline='')
    writer = csv.writer(text, lineterminator='\n')
    writer.writerow([*listed.columns, 'source'])
    place = listed.places['path']
    for row, source in zip(listed.rows, listed.sources, strict=True):
        for clip in records[source]['clips'] if source in records else ():
            writer.writerow([*row[:place], clip['clip'], *row[place + 1 :], row[place]])
    write_text(out / LIST_NAMES[0], text.getvalue())


def _below(path: str, folder: Path) -> str:
    path = path.strip().replace('\\', '/')
    if posixpath.isabs(path):
        path = os.path.relpath(path, folder.absolute())
    return posixpath.normpath(path)
