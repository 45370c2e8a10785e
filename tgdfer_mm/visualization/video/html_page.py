"""The page of a track: a single HTML file that opens without a network."""

import base64
import json
from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from PIL import Image

from ...video.clock import clock
from .colors import class_colors
from .timeline import moments_to_show
from .words import (
    CAUTION,
    calibration_words,
    headline,
    is_sure,
    model_note,
    movement_words,
    rationale_source,
    verdict,
)

_HERE = Path(__file__).parent
INTERVALS = 'Intervals that show an expression other than neutral'
NO_INTERVAL = 'None: no expression is clear enough for long enough.'


@cache
def limits_of_use() -> dict[str, Any]:
    """Texts for every page: `meaning`, `not_for` (lists), `privacy` (text)."""
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
        HTML with everything inside; its content policy forbids loading anything else.
    """
    classes, total = result['model']['classes'], result['source']['duration']
    probabilities = track['probabilities']
    shares = zip(classes, probabilities, strict=True) if probabilities else ()
    values = dict(
        result=result,
        track=track,
        name=Path(result['source']['path']).name,
        headline=headline(track),
        lead=lead(track, total),
        notes=notes_of(result),
        sure=is_sure(result),
        wide=wide,
        narrow=narrow,
        alt=describe(track, total),
        shown=[p for p in moments_to_show(result, track) if p in thumbnails],
        movements=movements_of(track),
        source_said=rationale_source(track),
        thumbnails=thumbnails,
        intervals=intervals_of(result, track),
        caption=INTERVALS,
        none=NO_INTERVAL,
        shares=sorted(shares, key=lambda pair: -pair[1]),
        colors=dict(zip(classes, class_colors(classes), strict=True)),
    )
    return page_template(_HERE / 'report.html').render(values)


def intervals_of(
    result: Mapping[str, Any], track: Mapping[str, Any]
) -> list[dict[str, str]]:
    """The rows of a table of intervals: `start`, `end`, `emotion`, `score`, `color`."""
    classes, total = result['model']['classes'], result['source']['duration']
    colors = dict(zip(classes, class_colors(classes), strict=True))
    return [
        dict(
            start=clock(each['start'], total),
            end=clock(each['end'], total),
            emotion=each['emotion'],
            score=f'{each["score"]:.2f}',
            color=colors[each['emotion']],
        )
        for each in track['intervals']
    ]


def movements_of(track: Mapping[str, Any]) -> dict[int, str]:
    """Texts for the frames of a track's rationale, by their position in its lists."""
    rationale, index = track.get('rationale'), track['frames']['index']
    moments = rationale['moments'] if rationale else ()
    words = {index.index(each['frame']): movement_words(each) for each in moments}
    return {place: said for place, said in words.items() if said}


def share_text(relevance: float) -> str:
    """The relevance of a frame, in units of a uniform share."""
    return f'{relevance:.1f}'


def lead(track: Mapping[str, Any], total: float) -> str:
    """A sentence about a face: when it was seen, and what it shows."""
    seen = f'{clock(track["start"], total)} to {clock(track["end"], total)}'
    if track['label'] is None:
        return f'Seen from {seen}; reading ended before the face could be judged.'
    shown = headline(track) if track['intervals'] else 'no clear expression'
    return f'Seen from {seen}. Shows {shown}; over the whole track {verdict(track)}.'


def describe(track: Mapping[str, Any], total: float) -> str:
    """The timeline in words, for readers who cannot see it."""
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


def notes_of(result: Mapping[str, Any]) -> list[str]:
    """Sentences that a reader must know before using a result."""
    first = [] if result['complete'] else ['Not all of the video was read.']
    model = result['model']
    notes = [*first, *result['warnings'], f'A label {CAUTION}.']
    notes.append(calibration_words(model))
    if model['note'] and not any(model['note'] in line for line in notes):
        notes.insert(0, model_note(model))
    path = result['source']['path']  # a name keeps its lower-case letter
    return [
        line if path and line.startswith(path) else line[:1].upper() + line[1:]
        for line in notes
    ]


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return ', '.join(f'{k}: {_plain(v)}' for k, v in value.items())
    if isinstance(value, list | tuple):
        return ', '.join(map(_plain, value))
    return 'none' if value is None else str(value)


def _data_uri(content: bytes, kind: str = 'png') -> str:
    return f'data:image/{kind};base64,{base64.b64encode(content).decode("ascii")}'


def jpeg_uri(picture: np.ndarray) -> str:
    """A picture (h, w, 3) uint8 RGB as the data URI of an image in a page."""
    file = BytesIO()
    Image.fromarray(picture).save(file, 'jpeg', quality=88)
    return _data_uri(file.getvalue(), 'jpeg')


@cache
def page_template(path: Path) -> Template:
    """The template of a page; its values are escaped, so they are never elements.

    Args:
        path: Its file. A missing name is an error. The template has ``limits``, and
            shows them by including ``limits.html``. ``data_uri`` and ``jpeg_uri`` turn
            pictures into data URIs. ``clock``, ``share`` and ``plain`` turn times and
            shares into words.
    """
    environment = Environment(
        loader=FileSystemLoader([path.parent, _HERE]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals['limits'] = limits_of_use()
    environment.filters.update(
        clock=clock,
        share=share_text,
        plain=_plain,
        data_uri=_data_uri,
        jpeg_uri=jpeg_uri,
    )
    return environment.get_template(path.name)
