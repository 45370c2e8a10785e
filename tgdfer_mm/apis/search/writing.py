"""Writes moments as CSV, JSON lines, and a page that opens without a network."""

import csv
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

import numpy as np

from ...files import replacing
from ...version import __version__
from ...visualization.video.html_page import page_template
from ...visualization.video.words import CAUTION, COSINES_SAID, model_note
from ..writing import naming_what_fails
from .moments import Moment

CSV_NAME = 'moments.csv'
JSONL_NAME = 'moments.jsonl'
PAGE_NAME = 'moments.html'
_PAGE = Path(__file__).with_name('moments.html')
_COLUMNS = 'query', 'rank', 'video', 'track', 'start', 'end', 'time'
_LAST = 'score', 'cosine', 'note'


def write_tables(
    moments: Sequence[Moment], folder: Path, note: str | None
) -> list[Path]:
    """Writes ``moments.csv`` and ``moments.jsonl``, each whole or not at all.

    Args:
        moments: The moments.
        folder: Where to.
        note: Note about the model; it is in every line.

    Raises:
        OutputError: One cannot be written.
    """
    files = [folder / CSV_NAME, folder / JSONL_NAME]
    rows = [moment.asdict() | dict(note=note) for moment in moments]
    with naming_what_fails(files[0]), replacing(files[0]) as temporary:
        with temporary.open(
            'w', encoding='utf-8', errors='surrogateescape', newline=''
        ) as file:
            writer = csv.writer(file)
            writer.writerow([*_COLUMNS, 'x1', 'y1', 'x2', 'y2', *_LAST])
            for row in rows:
                values = [row[name] for name in _COLUMNS]
                writer.writerow([*values, *row['box'], *(row[n] for n in _LAST)])
    with naming_what_fails(files[1]), replacing(files[1]) as temporary:
        with temporary.open('w', encoding='utf-8') as file:
            for row in rows:
                file.write(json.dumps(row) + '\n')
    return files


def write_page(
    moments: Sequence[Moment],
    faces: Sequence[np.ndarray | None],
    pages: Sequence[Path | None],
    folder: Path,
    about: Mapping[str, str | None],
    notes: Sequence[str],
) -> Path:
    """Writes ``moments.html``: faces, times, and links into the videos.

    Args:
        moments: The moments, one query after another.
        faces: Face of each, see :func:`~.faces.cut_moments`.
        pages: Page of ``tgdfer infer`` about each face, or None.
        folder: Where to.
        about: The ``model`` of a result.
        notes: Sentences about videos that were left out or read in part.

    Raises:
        OutputError: It cannot be written.
    """
    queries: dict[str, list[dict]] = {}
    for moment, face, page in zip(moments, faces, pages, strict=True):
        times = f'#t={moment.start:.2f},{max(moment.end, moment.start + 1):.2f}'
        row = dict(
            moment=moment,
            name=moment.video.name,
            link=_link(moment.video, folder) + times,
            face=face,
            page=None if page is None else _link(page, folder),
        )
        queries.setdefault(moment.query, []).append(row)
    text = page_template(_PAGE).render(
        queries=queries,
        notes=[model_note(about), *notes, COSINES_SAID, f'A moment {CAUTION}.'],
        version=__version__,
    )
    path = folder / PAGE_NAME
    with naming_what_fails(path), replacing(path) as temporary:
        temporary.write_text(text, encoding='utf-8', errors='replace')
    return path


def _link(path: Path, folder: Path) -> str:
    try:
        path = Path(os.path.relpath(path, folder))
    except ValueError:  # another drive
        return path.absolute().as_uri()
    return quote(os.fsencode(path.as_posix()))
