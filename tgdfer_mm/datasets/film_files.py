"""Annotation files of long videos: the emotions that occur, and their times if known.

The form is that of ActivityNet, as mmaction2 reads it, with three more keys.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ..files import DamagedFileError, read_json
from .text_files import DataError

PREFIX = 'v_'  # of the names in the file; mmaction2 removes it


class Stretch(NamedTuple):
    """An interval of a film.

    Attributes:
        start: Seconds.
        end: Seconds; later than the start.
        what: Its emotion, or a caption.
    """

    start: float
    end: float
    what: str


class Film(NamedTuple):
    """The annotations of a film.

    Attributes:
        name: Name of its folder or file, without a suffix.
        seconds: Its length.
        frames: Their number.
        labels: The emotions that occur in it.
        episodes: The intervals in which they occur; empty where not known.
        captions: Descriptions of intervals.
        person: Name of the person in it, if known.
    """

    name: str
    seconds: float
    frames: int
    labels: tuple[str, ...]
    episodes: tuple[Stretch, ...] = ()
    captions: tuple[Stretch, ...] = ()
    person: str | None = None


def read_films(path: str | Path) -> dict[str, Film]:
    """Reads the films of an annotation file, by their names.

    Args:
        path: JSON, ``{"v_<name>": {"duration_second": ..., "duration_frame": ...,
            "annotations": [{"segment": [start, end], "label": ...}, ...]}}``, as
            mmaction2's ``ActivityNetDataset`` has it; further keys of a film are
            ``labels`` (the emotions that occur; by default those of the annotations),
            ``captions`` (``[{"segment": [...], "text": ...}]``) and ``person``. Times
            are in seconds. Other keys are ignored.

    Raises:
        DataError: If there is no such file, or it does not have that form; the message
            names the film and the key.
    """
    path = Path(path).expanduser()
    if not path.is_file():
        raise DataError(f'{path}: there is no such annotation file of films')
    try:
        content = read_json(path)
    except DamagedFileError as error:
        raise DataError(str(error)) from error
    if not content:
        raise DataError(f'{path} lists no film.')
    return {film.name: film for film in _films(content, path)}


def film_entry(film: Film) -> tuple[str, dict]:
    """The key and the entry of a film in an annotation file."""
    entry: dict[str, Any] = dict(
        duration_second=film.seconds,
        duration_frame=film.frames,
        labels=list(film.labels),
        annotations=[
            dict(segment=[part.start, part.end], label=part.what)
            for part in film.episodes
        ],
    )
    if film.captions:
        entry['captions'] = [
            dict(segment=[part.start, part.end], text=part.what)
            for part in film.captions
        ]
    if film.person is not None:
        entry['person'] = film.person
    return PREFIX + film.name, entry


def _films(content: dict, path: Path) -> Iterator[Film]:
    for key, entry in content.items():
        where = f'{path}, film {key!r}'
        if not key.startswith(PREFIX) or key == PREFIX:
            raise DataError(f'{where}: its name has to begin with {PREFIX!r}')
        if not isinstance(entry, dict):
            raise DataError(f'{where} has to be an object, not {entry!r}')
        seconds, frames = (
            _positive(entry, name, kind, where)
            for name, kind in (('duration_second', float), ('duration_frame', int))
        )
        episodes = _stretches(entry, 'annotations', 'label', seconds, where)
        labels = entry.get('labels', sorted({part.what for part in episodes}))
        if not isinstance(labels, list) or not all(isinstance(n, str) for n in labels):
            raise DataError(f'{where}: labels has to be a list of names')
        more = sorted({part.what for part in episodes} - set(labels))
        if more:
            raise DataError(f'{where}: its annotations have {more}, its labels do not')
        person = entry.get('person')
        yield Film(
            name=key.removeprefix(PREFIX),
            seconds=seconds,
            frames=frames,
            labels=tuple(dict.fromkeys(labels)),
            episodes=episodes,
            captions=_stretches(entry, 'captions', 'text', seconds, where),
            person=None if person is None else str(person),
        )


def _positive(entry: dict, key: str, kind: type, where: str) -> Any:
    value = entry.get(key)
    known = isinstance(value, int | float) and not isinstance(value, bool)
    if not known or not 0 < value < float('inf') or kind(value) != value:
        what = 'a whole number' if kind is int else 'a number'
        raise DataError(f'{where}: {key} has to be {what} above 0, not {value!r}')
    return kind(value)


def _stretches(
    entry: dict, key: str, word: str, seconds: float, where: str
) -> tuple[Stretch, ...]:
    listed = entry.get(key, [])
    if not isinstance(listed, list):
        raise DataError(f'{where}: {key} has to be a list')
    found = []
    for number, part in enumerate(listed):
        here = f'{where}, {key}[{number}]'
        try:
            (start, end), what = part['segment'], part[word]
            start, end = float(start), float(end)
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(
                f'{here} has to be {{"segment": [start, end], "{word}": ...}}'
            ) from error
        if not isinstance(what, str) or not what.strip():
            raise DataError(f'{here}: {word} has to be text, not {what!r}')
        if not 0 <= start < end <= seconds + 1e-3:
            raise DataError(
                f'{here}: the segment [{start:g}, {end:g}] is not inside the '
                f'{seconds:g} s of the film'
            )
        found.append(Stretch(start, end, what))
    return tuple(found)
