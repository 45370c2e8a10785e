"""Captions of clips from a user's file."""

from pathlib import Path

from ..files import parse_json
from .annotation_tables import read_table
from .text_files import DataError

COLUMNS = ('clip', 'caption')


def read_captions(path: str | Path) -> dict[str, str]:
    """Reads the caption of each clip from a file.

    Args:
        path: A JSON file ``{"<clip>": "<caption>", ...}``, or a table (``.csv``,
            ``.xlsx``) whose first row names the columns ``clip`` and ``caption``; other
            columns are ignored. Clips are named as in the lists.

    Raises:
        FileNotFoundError: If there is no such file.
        DataError: If the file does not have that form, a clip occurs in it twice, or
            has no text; the message names the file and the line or the clip.
    """
    path = Path(path).expanduser()
    if not path.is_file():
        raise FileNotFoundError(f'{path}: there is no such file of captions')
    if path.suffix.lower() == '.json':
        rows = ((f'clip {clip!r}', clip, text) for clip, text in _read_json(path))
    else:
        rows = _read_rows(path)
    captions: dict[str, str] = {}
    for where, clip, text in rows:
        if clip in captions:
            raise DataError(
                f'{path}, {where}: clip {clip!r} occurs twice; remove one of them'
            )
        if not isinstance(text, str) or not text.strip():
            raise DataError(
                f'{path}, {where}: the caption has to be text, not {text!r}'
            )
        captions[clip] = text.strip()
    if not captions:
        raise DataError(f'{path} has no captions; write one for each clip')
    return captions


def _read_json(path: Path) -> list[tuple[str, object]]:
    try:
        # As pairs: a dict would silently keep the last of two captions.
        pairs = parse_json(
            path.read_text(encoding='utf-8-sig'), object_pairs_hook=lambda p: p
        )
    except ValueError as error:
        raise DataError(f'{path} is not a JSON file: {error}') from error
    if not isinstance(pairs, list) or not all(isinstance(p, tuple) for p in pairs):
        raise DataError(f'{path}: expected {{"<clip>": "<caption>", ...}}')
    return pairs


def _read_rows(path: Path) -> list[tuple[str, str, object]]:
    header, *rows = [*read_table(path)] or [(1, [])]
    missing = set(COLUMNS) - set(header[1])
    if missing:
        raise DataError(
            f'{path}, line {header[0]}: no column {sorted(missing)}; the first line '
            f'has to name the columns {list(COLUMNS)}, not {header[1]}'
        )
    clip, text = (header[1].index(name) for name in COLUMNS)
    read = []
    for number, row in rows:
        row = [*row, *[None] * (len(header[1]) - len(row))]
        if len(row) > len(header[1]):
            raise DataError(
                f'{path}, line {number}: {len(row)} cells under {len(header[1])} '
                'columns; put a caption with commas into quotes'
            )
        if row[clip] in (None, ''):
            raise DataError(f'{path}, line {number}: no clip is named; write its name')
        read.append((f'line {number}', str(row[clip]), row[text]))
    return read
