"""Writes tables of values of units and of their captions."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ..files import write_text
from .values import UnitValues


def write_values(path: str | Path, clips: Mapping[str, UnitValues]) -> Path:
    """Writes the plain form that :func:`.reading.read_values` reads.

    Units that a clip lacks have empty cells. A frame without a measurement has a row
    with empty cells, so that the clip keeps its length.

    Args:
        path: A ``.csv`` file.
        clips: The values by the clip's name.

    Returns:
        The path.
    """
    units = list(dict.fromkeys(u for values in clips.values() for u in values.units))
    timed = any(values.seconds is not None for values in clips.values())
    rows = [['clip', 'frame', *['seconds'] * timed, *units]]
    for clip, values in clips.items():
        seconds = values.seconds
        if seconds is None:
            seconds = np.full(len(values), np.nan)
        for frame in range(len(values)):
            cells = values.of_frame(frame)
            row = [clip, frame, *[_cell(seconds[frame])] * timed]
            rows.append(row + [_cell(cells.get(unit)) for unit in units])
    return _write(path, rows)


def write_captions(path: str | Path, captions: Mapping[str, str]) -> Path:
    """Writes a table with the columns ``clip`` and ``caption``.

    Returns:
        The path.
    """
    return _write(path, [('clip', 'caption'), *captions.items()])


def _cell(value: float | None) -> str:
    known = value is not None and np.isfinite(value)
    return f'{value:.6g}' if known else ''


def _write(path: str | Path, rows: list) -> Path:
    text = io.StringIO()
    csv.writer(text, lineterminator='\n').writerows(rows)
    write_text(path, text.getvalue())
    return Path(path)
