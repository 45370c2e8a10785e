"""One page a track: a single HTML file that opens without a network."""

import base64
import json
from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from PIL import Image

from .colors import class_colors
from .timeline import WIDE, frames_to_show
from .words import CAUTION, clock, headline, is_sure, model_note, verdict

_HERE = Path(__file__).parent


@cache
def limits_of_use() -> dict[str, Any]:
    """What every page has to say: `meaning`, `not_for` (lists), `privacy` (text)."""
    return json.loads((_HERE / 'limits.json').read_text(encoding='utf-8'))


def render_report(
    result: Mapping[str, Any],
    track: Mapping[str, Any],
    wide: bytes,
    narrow: bytes,
    thumbnails: Mapping[int, np.ndarray],
) -> str:
    """Writes the page of one track.

    Args:
        result: A result of schema `tgdfer_mm.result/1`.
        track: One of its tracks.
        wide: Its timeline for desktops, PNG.
        narrow: The same for phones, PNG.
        thumbnails: (S, S, 3) uint8 RGB by position in the lists of `track['frames']`.

    Returns:
        HTML. Everything is inside, and its content policy forbids to load more.
    """
    source, model = result['source'], result['model']
    classes, total = model['classes'], source['duration']
    colors = dict(zip(classes, class_colors(classes), strict=True))
    probabilities = track['probabilities'] or []
    values = dict(
        name=Path(source['path']).name,
        version=result['version'],
        track=track,
        headline=headline(track),
        lead=lead(track, total),
        notes=_notes(result),
        sure=is_sure(result),
        wide=_data_uri('png', wide),
        narrow=_data_uri('png', narrow),
        alt=describe(track, total),
        frames=[
            _frame(track, p, thumbnails[p], classes, total)
            for p in frames_to_show(result, track, WIDE)
            if p in thumbnails
        ],
        intervals=[
            dict(
                start=clock(i['start'], total),
                end=clock(i['end'], total),
                emotion=i['emotion'],
                score=f'{i["score"]:.2f}',
                color=colors[i['emotion']],
            )
            for i in track['intervals']
        ],
        probabilities=[
            dict(name=name, value=f'{value:.2f}', color=colors[name])
            for name, value in sorted(
                zip(classes, probabilities, strict=bool(probabilities)),
                key=lambda pair: -pair[1],
            )
        ],
        limits=limits_of_use(),
        made=_made(result),
    )
    return _environment().get_template('report.html').render(values)


def lead(track: Mapping[str, Any], total: float) -> str:
    """One sentence: when the face was seen, and what it shows."""
    seen = f'{clock(track["start"], total)} to {clock(track["end"], total)}'
    if track['label'] is None:
        return f'Seen from {seen}; reading ended before the face could be judged.'
    shown = headline(track) if track['intervals'] else 'no clear expression'
    return f'Seen from {seen}. Shows {shown}; over the whole track {verdict(track)}.'


def describe(track: Mapping[str, Any], total: float) -> str:
    """The timeline in words, for those who cannot see it."""
    parts = [
        f'{i["emotion"]} from {clock(i["start"], total)} to {clock(i["end"], total)}'
        for i in track['intervals']
    ]
    intervals = '; '.join(parts) if parts else 'none'
    return (
        f'Timeline of track {track["id"]}: relevance and class probabilities of its '
        f'frames. Whole track: {verdict(track)}. Intervals: {intervals}. '
        'The tables below hold the figures.'
    )


def _notes(result: Mapping[str, Any]) -> list[str]:
    first = [] if result['complete'] else ['Not all of the video was read.']
    notes = [*first, *result['warnings'], f'It {CAUTION}.']
    model = result['model']
    if model['note'] and not any(model['note'] in line for line in notes):
        notes.insert(0, model_note(model))
    return [line[:1].upper() + line[1:] for line in notes]


def _frame(track, position: int, picture: np.ndarray, classes, total) -> dict:
    frames, says = track['frames'], None
    scores = frames['scores'][position]
    if scores is not None:
        best = int(np.argmax(scores))
        says = f'{classes[best]} {scores[best]:.2f}'
    file = BytesIO()
    Image.fromarray(picture).save(file, 'jpeg', quality=88)
    return dict(
        time=clock(frames['time'][position], total),
        relevance=f'{frames["relevance"][position]:.1f}',
        says=says,
        picture=_data_uri('jpeg', file.getvalue()),
    )


def _made(result: Mapping[str, Any]) -> list[tuple[str, str]]:
    source, model = result['source'], result['model']
    size = f'{source["width"]} x {source["height"]} pixels'
    length = f'{source["frames"]} frames, {source["duration"]:.1f} s'
    rows = [
        ('video', f'{Path(source["path"]).name}, {size}, {length}'),
        ('model', model['name']),
        ('config', model['config']),
        ('checkpoint', model['checkpoint']),
        ('SHA-256 of the weights', model['sha256']),
        ('classes', ', '.join(model['classes'])),
        ('face detector', _plain(result['detector'])),
    ]
    rows += [(f'setting: {k}', _plain(v)) for k, v in result['settings'].items()]
    return [*rows, ('package', f'tgdfer_mm {result["version"]}')]


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return ', '.join(f'{k}: {_plain(v)}' for k, v in value.items())
    if isinstance(value, list | tuple):
        return ', '.join(map(_plain, value))
    return 'none' if value is None else str(value)


def _data_uri(kind: str, content: bytes) -> str:
    return f'data:image/{kind};base64,{base64.b64encode(content).decode("ascii")}'


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
