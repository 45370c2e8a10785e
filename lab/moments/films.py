"""Films with known episodes, and the check of moments that a search finds in them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from lab.film import FilmSpec, write_film
from tgdfer_mm.apis.search import Moment

NEUTRAL = 'neutral'


def draw_films(folder: Path, seeds: Iterable[int]) -> None:
    """Draws the missing films of a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        film = folder / f'{seed}.mp4'
        if not film.with_suffix('.truth.json').exists():
            write_film(film, FilmSpec(seed=seed))


def read_truth(folder: Path) -> dict[str, dict]:
    """The truth of each film of a folder, by the film's name."""
    return {
        path.name.removesuffix('.truth.json'): json.loads(path.read_text('utf-8'))
        for path in sorted(folder.glob('*.truth.json'))
    }


def are_right(moments: Sequence[Moment], truth: Mapping[str, dict]) -> list[bool]:
    """True for each right moment; the query is the name of an emotion.

    The best frame has to lie in an episode of the emotion, for the person of the face.
    A second moment of the same episode is wrong. A neutral moment has to lie outside of
    all episodes, where the face moves by less than half; a second one in the same
    stretch at rest is wrong, too.
    """
    seen, right = set(), []
    for moment in moments:
        episode = _stretch_of(moment, truth[moment.video.stem])
        hit = episode is not None and episode[-1] == moment.query
        right.append(hit and episode not in seen)
        seen.add(episode)
    return right


def count_stretches(truth: Mapping[str, dict]) -> dict[str, int]:
    """The number of stretches of each emotion, and of those at rest."""
    counts: dict[str, int] = {}
    for film in truth.values():
        for track in film['tracks']:
            for *_, emotion in _stretches(track):
                counts[emotion] = counts.get(emotion, 0) + 1
    return counts


def _stretch_of(moment: Moment, truth: dict) -> tuple | None:
    x1, y1, x2, y2 = moment.box
    x, y = (x1 + x2) / 2, (y1 + y2) / 2
    for number, track in enumerate(truth['tracks']):
        left, top, right, bottom = track['box']
        inside = left <= x < right and top <= y < bottom
        if inside and track['start'] <= moment.time < track['end']:
            for start, end, emotion in _stretches(track):
                if start <= moment.time < end:
                    return moment.video.stem, number, start, emotion
    return None


def _stretches(track: dict) -> Iterable[tuple[float, float, str]]:
    """Start, end and emotion of all stretches of a track, in order."""
    at = track['start']
    for episode in track['episodes']:
        yield at, episode['start'], NEUTRAL
        yield episode['start'], episode['end'], episode['emotion']
        at = episode['end']
    yield at, track['end'], NEUTRAL
