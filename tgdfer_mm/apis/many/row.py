"""The row of one video in a summary, kept next to its result as ``row.json``.

It is written last. So a video with a row is finished, or has failed with a known
reason, and a summary of many videos need not read their results.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...catalogue import REAL_FACES
from ...files import (
    DamagedFileError,
    has_kinds,
    is_usable,
    read_json,
    write_text,
)
from ...version import __version__
from ...visualization.video.words import is_sure
from ..output_folder import ROW_NAME, is_ours
from ..result import encodable
from ..writing import naming_what_fails

SCHEMA = 'tgdfer_mm.row/1'
FINISHED = ('done', 'no face', 'in part')
FAILED = 'failed'
_NUMBER, _TEXT = (int, float, type(None)), (str, type(None))
_KINDS = dict(name=str, state=str, remarks=str, version=str, files=list, made_from=dict)
_VIDEO = dict(
    seconds=_NUMBER, frames=_NUMBER, faces=list, label=_TEXT, score=_NUMBER, shown=dict
)
_MADE = dict(model=_TEXT, settings=_TEXT, file=(dict, type(None)))
_MODEL = dict(name=_TEXT, sha256=_TEXT, note=_TEXT, sure=bool)
_CALIBRATION = dict(temperature=float, clips=int, people=(int, type(None)), dataset=str)


def row_of(
    name: str, result: Mapping[str, Any], made: Mapping[str, Any], files: Sequence[str]
) -> dict[str, Any]:
    """The row of a finished video.

    Args:
        name: Name of the video.
        result: Its result.
        made: Its origin: `model`, `settings` and `file`.
        files: Names of all written files.
    """
    tracks, source = result['tracks'], result['source']
    state = 'done' if tracks else 'no face'
    if not result['complete']:
        state = 'in part'
    longest = max(tracks, key=lambda t: t['end'] - t['start'], default=None)
    shown = dict.fromkeys(result['model']['classes'], 0.0)
    for track in tracks:
        for each in track['intervals']:
            shown[each['emotion']] += each['end'] - each['start']
    video = dict(
        seconds=round(source['duration'], 3),
        frames=source['frames'],
        faces=[track['id'] for track in tracks],
        label=longest and longest['label'],
        score=longest and longest['score'],
        shown={emotion: round(seconds, 3) for emotion, seconds in shown.items()},
    )
    general = REAL_FACES, result['model']['note']  # in each row's model
    remarks = ' '.join(each for each in result['warnings'] if each not in general)
    return _row(name, state, remarks, files, made, result['model'], video)


def failed_row(
    name: str, reason: str, made: Mapping[str, Any], model: Mapping[str, Any]
) -> dict[str, Any]:
    """The row of a video that could not be read.

    Args:
        name: Name of the video.
        reason: A sentence.
        made: The origin that its result would have had.
        model: Facts about the model.
    """
    unknown = dict.fromkeys(('seconds', 'frames', 'label', 'score'))
    video = unknown | dict(faces=[], shown={})
    return _row(name, FAILED, reason, [], made, model, video)


def damaged_row(name: str) -> dict[str, Any]:
    """The row of a video whose own row cannot be read."""
    said = f'its {ROW_NAME} is damaged: remove the folder {name} and run again'
    return failed_row(name, said, {}, {})


def write_row(row: Mapping[str, Any], folder: Path) -> None:
    """Writes the row as a whole, or not at all.

    Raises:
        OutputError: It cannot be written.
    """
    path = folder / ROW_NAME
    with naming_what_fails(path):
        write_text(path, json.dumps(row, indent=1) + '\n')


def read_row(folder: Path) -> dict[str, Any] | None:
    """The row of a folder.

    Returns:
        None if there is no row, or it cannot be read.
    """
    try:
        row = read_json(folder / ROW_NAME)
    except DamagedFileError:
        return None
    video, model = row.get('video'), row.get('model')
    right = (
        row.get('schema') == SCHEMA
        and row.get('state') in (*FINISHED, FAILED)
        and has_kinds(row, _KINDS)
        and has_kinds(video, _VIDEO)
        and has_kinds(model, _MODEL)
        and has_kinds(dict.fromkeys(_MADE) | row['made_from'], _MADE)
        and _is_calibration(model.get('calibration'))
        and all(is_ours(name) for name in row['files'])
        and all(isinstance(each, int) for each in video['faces'])
        and all(isinstance(each, int | float) for each in video['shown'].values())
        and all(map(is_usable, video['shown'].values()))
    )
    return row if right else None


def _is_calibration(found: Any) -> bool:
    return found is None or has_kinds(found, _CALIBRATION)


def is_finished(row: Mapping[str, Any], folder: Path) -> bool:
    """True if all files of a row are there, of any origin.

    Args:
        row: The row.
        folder: Its folder.
    """
    return row['state'] != FAILED and all(
        (folder / name).is_file() for name in row['files']
    )


def _row(name, state, remarks, files, made, model, video) -> dict[str, Any]:
    about = {k: model.get(k) for k in ('name', 'sha256', 'note', 'calibration')}
    return dict(
        schema=SCHEMA,
        version=__version__,
        name=encodable(name),
        state=state,
        remarks=encodable(remarks),
        files=list(files),
        made_from=dict(made),
        model=about | dict(sure=is_sure(dict(model=model))),
        video=video,
    )
