"""Writes a result as files: JSON with everything, CSV with a row per face and frame."""

import csv
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..files import replacing
from ..video.errors import OutputError
from ..video.intervals import interval_at

JSON_NAME = 'result.json'
CSV_NAME = 'frames.csv'


def prepare_folder(folder: str | Path, option: str = '--out') -> Path:
    """Makes a folder and tries to write there, before an hour is spent on a video.

    Args:
        folder: The folder.
        option: Name of the option for another folder.

    Raises:
        OutputError: Nothing can be written there.
    """
    folder = Path(folder)
    with naming_what_fails(folder, option):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b'?')
            file.flush()
            os.fsync(file.fileno())
    return folder


def write_result(result: dict, folder: str | Path) -> list[Path]:
    """Writes ``result.json`` and ``frames.csv``, each whole or not at all.

    Args:
        result: A result of :class:`DFERInferencer`.
        folder: Where to.

    Returns:
        The files.

    Raises:
        OutputError: One cannot be written; those before it are kept.
    """
    files = [Path(folder, JSON_NAME), Path(folder, CSV_NAME)]
    with naming_what_fails(files[0]), replacing(files[0]) as temporary:
        with temporary.open('w', encoding='utf-8') as file:
            json.dump(result, file, ensure_ascii=False, allow_nan=False)
            file.write('\n')
    with naming_what_fails(files[1]), replacing(files[1]) as temporary:
        with temporary.open('w', encoding='utf-8', newline='') as file:
            csv.writer(file).writerows(frame_rows(result))
    return files


def frame_rows(result: dict) -> Iterator[list]:
    """The lines of the CSV: a header, then a row for each face in each frame.

    A value that is unknown (scores of a frame in no window) is an empty cell.
    ``emotion`` is that of the frame's interval, and empty outside of all intervals.
    ``note`` is the note about the model. ``scores_are`` tells that no temperature was
    fitted to scores of single frames.
    """
    classes = result['model']['classes']
    scores = [f'score_{name}' for name in classes]
    box = ['x1', 'y1', 'x2', 'y2']
    yield [
        *('track', 'frame', 'time', *box, 'interpolated', 'emotion', 'relevance'),
        *(*scores, 'note', 'scores_are'),
    ]
    for track in result['tracks']:
        frames = track['frames']
        for i, time in enumerate(frames['time']):
            current = interval_at(track, time)
            row = frames['scores'][i] or [None] * len(classes)
            yield [
                track['id'],
                frames['index'][i],
                time,
                *frames['box'][i],
                frames['interpolated'][i],
                current['emotion'] if current else None,
                frames['relevance'][i],
                *row,
                result['model']['note'],
                'uncalibrated',
            ]


@contextmanager
def naming_what_fails(path: Path, option: str = '--out') -> Iterator[None]:
    """Turns an error in writing a file into an OutputError that names the file.

    Args:
        path: The file.
        option: Name of the option for another folder.
    """
    try:
        yield
    except OSError as err:
        raise OutputError(
            f'{path}: cannot be written ({err.strerror or err}). Choose another folder '
            f'with {option}, or make room; what was written before is kept.'
        ) from err
