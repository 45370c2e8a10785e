"""One summary of all videos in an output folder: CSV, JSON lines and a page."""

import csv
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ...clips.frame_names import natural_sorted
from ...files import replacing, write_text
from ...locks import held
from ...video.errors import UsageError
from ..output_folder import ROW_NAME
from ..result import encodable
from ..writing import naming_what_fails
from .page import render_page
from .row import damaged_row, read_row

NAMES = ('summary.csv', 'summary.jsonl', 'index.html')
_NOTE = '.summary.files.json'
_RISKY = ('=', '+', '-', '@', '\t', '\r')  # a formula, in a spreadsheet program


def prepare_summary(out: str | Path) -> None:
    """Checks that a summary may be written, before hours are spent.

    Raises:
        UsageError: There is a file of this name that this program did not write.
        OutputError: Nothing can be written there.
    """
    out = Path(out)
    note = out / _NOTE
    with naming_what_fails(out):
        if note.is_file():
            return
        there = [name for name in NAMES if os.path.lexists(out / name)]
        if there:
            raise UsageError(
                f'{out / there[0]} would be overwritten, but was not written by this '
                'program: choose another folder with --out'
            )
        write_text(note, json.dumps(dict(files=NAMES)) + '\n')


def write_summary(out: str | Path) -> list[dict[str, Any]]:
    """Writes the summary of all results that a folder has, each file as a whole.

    If several processes end together, one waits for the other. So the last summary is
    written after all results are there.

    Args:
        out: The output folder.

    Returns:
        The rows.

    Raises:
        OutputError: It cannot be written.
    """
    out = Path(out)
    with naming_what_fails(out), held(out / '.summary.lock', f'{out}', wait=True):
        found = rows_of(out)
        rows = [row for _, row in found]
        with replacing(out / NAMES[0]) as file:
            with file.open('w', encoding='utf-8', newline='') as stream:
                csv.writer(stream).writerows(csv_lines(rows))
        lines = ''.join(json.dumps(row) + '\n' for row in rows)
        write_text(out / NAMES[1], lines)
        write_text(out / NAMES[2], render_page(found))
    return rows


def rows_of(out: Path) -> list[tuple[str, dict[str, Any]]]:
    """The folder and the row of each video, sorted by name.

    A folder is a path below the output folder. The row has it, too, as `folder`, with
    bytes that are not text written as codes. A row that cannot be read becomes the row
    of a failed video, with this reason.
    """
    found = set()
    for parent, folders, files in os.walk(out):
        folders[:] = [name for name in folders if name[0] != '.']
        if ROW_NAME in files:
            found.add(os.path.relpath(parent, out).replace(os.sep, '/'))
    rows = []
    for folder in natural_sorted(found):
        row = read_row(out / folder) or damaged_row(folder)
        rows.append((folder, row | dict(folder=encodable(folder))))
    return rows


def csv_lines(rows: Sequence[dict[str, Any]]) -> Iterator[list]:
    """The lines of the CSV: a header, then one for each video; unknown is empty.

    ``shown_<class>`` are the seconds in which faces showed an expression. ``label`` and
    ``score`` are those of the face that is seen for the longest time.
    """
    classes = list(dict.fromkeys(c for row in rows for c in row['video']['shown']))
    yield [
        *('name', 'state', 'seconds', 'frames', 'faces', 'label', 'score'),
        *(f'shown_{name}' for name in classes),
        *('remarks', 'folder', 'model', 'model_sha256', 'settings', 'version', 'note'),
        'scores_are',
    ]
    for row in rows:
        video, model = row['video'], row['model']
        yield [
            _cell(row['name']),
            row['state'],
            video['seconds'],
            video['frames'],
            None if video['seconds'] is None else len(video['faces']),
            video['label'],
            video['score'],
            *(video['shown'].get(name) for name in classes),
            _cell(row['remarks']),
            _cell(row['folder']),
            model['name'],
            model['sha256'],
            row['made_from'].get('settings'),
            row['version'],
            model['note'],
            'calibrated' if model.get('calibration') else 'uncalibrated',
        ]


def _cell(text: str) -> str:
    """A name as a cell: one that a program of tables would compute is a path."""
    return f'./{text}' if text.startswith(_RISKY) else text
