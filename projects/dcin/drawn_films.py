"""Long drawn films of one person each, with their true episodes."""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from tgdfer_mm.datasets.film_files import Film, Stretch, film_entry
from tgdfer_mm.files import write_text
from tgdfer_mm.synth.clips import (
    EMOTIONS,
    Clip,
    Movement,
    blinks,
    drift,
    half_wave,
    personal_units,
    rise_and_fall,
)
from tgdfer_mm.synth.identity import sample_identity
from tgdfer_mm.synth.levels import load_level
from tgdfer_mm.synth.occlusion import sample_occluder
from tgdfer_mm.synth.parallel import parallel_map
from tgdfer_mm.synth.sentences import describe

CLASSES = tuple(name for name in EMOTIONS if name != 'neutral')
FPS = 10  # instances a second
LENGTHS = (64, 256)  # frames, both included
KINDS = (1, 3)  # emotions in a film
_APEX = (7, 20)  # frames of an episode that lie above the threshold
_REST = (6, 18)  # frames between two events
_RAMP = (2, 4)
_SHORT = (3, 6)  # frames of a distractor: shorter than any episode
_LEVEL = 'very_hard'  # of SynthDFER: distractors, light, pose, occlusion
_SAID = 0.7  # share of the events and rests that have a caption
_LATE = 3  # frames by which a caption is early or late


class DrawnFilm(NamedTuple):
    """A film that has not been drawn yet.

    Attributes:
        clip: What every frame shows.
        film: Its annotations.
    """

    clip: Clip
    film: Film


def make_film(seed: int, number: int) -> DrawnFilm:
    """Plans a film: episodes of a few emotions, rests, and short distractors.

    A distractor is a strong movement of an emotion that is not one of the film's. It is
    shorter than any episode, and only its length gives it away. Captions describe
    movements in words, and never name an emotion. Rests and distractors have captions,
    too, and captions come a little early or late: the time of a caption tells nothing
    by itself.

    Args:
        seed: Seed of the data set.
        number: Number of the film and of its person.
    """
    rng = np.random.default_rng([seed, number, 71])
    length = int(rng.integers(LENGTHS[0], LENGTHS[1] + 1))
    order = [CLASSES[i] for i in rng.permutation(len(CLASSES))]
    count = int(rng.integers(KINDS[0], KINDS[1] + 1))
    own, others = order[:count], order[count:]
    movements, episodes, events, at = [], [], [], 0
    level = load_level(_LEVEL)
    while True:
        at += int(rng.integers(_REST[0], _REST[1] + 1))
        ramps = rng.integers(_RAMP[0], _RAMP[1] + 1, 2)
        apex = int(rng.integers(_APEX[0], _APEX[1] + 1))
        if at + apex + ramps.sum() > length:
            break
        if episodes and rng.random() < 0.5:
            emotion = others[rng.integers(len(others))]
            lasts = int(rng.integers(_SHORT[0], _SHORT[1] + 1))
            bump = half_wave(length, at, lasts)
            curve = rng.uniform(*level.distractor_strength) * bump / bump.max()
            events.append((at, at + lasts))
        else:
            emotion = own[
                len(episodes) % count
            ]  # each emotion occurs, if there is time
            start = at + int(ramps[0])
            curve = rise_and_fall(
                length, start, start + apex, *map(int, ramps), rng.uniform(0.85, 1)
            )
            episodes.append(Stretch(start / FPS, (start + apex) / FPS, emotion))
            lasts = int(ramps.sum()) + apex
            events.append((start, start + apex))
        movements.append(Movement(emotion, personal_units(rng, emotion), curve))
        at += lasts
    covered = rng.random() < level.occlusion
    clip = Clip(
        label='several',
        person=number,
        identity=sample_identity('clips', seed, number),
        intensity=np.max([m.intensity for m in movements], axis=0),
        movements=tuple(movements),
        blink=blinks(rng, length),
        nuisances=drift(rng, length, level.nuisance),
        occluder=sample_occluder(rng, length) if covered else None,
        jpeg_quality=int(rng.integers(*level.jpeg_quality)),
    )
    film = Film(
        name=f'{number:04}',
        seconds=length / FPS,
        frames=length,
        labels=tuple(sorted({part.what for part in episodes})),
        episodes=tuple(episodes),
        captions=_captions(clip, events, rng),
        person=f'drawn {number}',
    )
    return DrawnFilm(clip, film)


def _captions(
    clip: Clip, events: Sequence[tuple[int, int]], rng: np.random.Generator
) -> tuple[Stretch, ...]:
    length, cuts = len(clip), [0]
    for event in events:
        cuts += event
    said = []
    for first, stop in zip(cuts, [*cuts[1:], length], strict=True):
        if stop <= first or rng.random() >= _SAID:
            continue
        text = describe(clip.units((first + stop) // 2), rng)
        first, stop = np.array([first, stop]) + rng.integers(-_LATE, _LATE + 1, 2)
        first, stop = int(max(first, 0)), int(min(max(stop, first + 1), length))
        if first < stop:
            said.append(Stretch(first / FPS, stop / FPS, text))
    return tuple(said)


def shuffle_captions(films: Sequence[Film], seed: int) -> list[Film]:
    """Gives each film the captions of another one, stretched to its own length.

    Raises:
        ValueError: There is only one film.
    """
    if len(films) < 2:
        raise ValueError('one film has no other one to take the captions of')
    order = np.random.default_rng([seed, 72]).permutation(len(films))
    giver = dict(zip(order.tolist(), np.roll(order, 1).tolist(), strict=True))
    shuffled = []
    for place, film in enumerate(films):
        other = films[giver[place]]
        factor = film.seconds / other.seconds
        captions = tuple(
            Stretch(part.start * factor, part.end * factor, part.what)
            for part in other.captions
        )
        shuffled.append(film._replace(captions=captions))
    return shuffled


def write_films(root: Path, seed: int, count: int, folds: int, size: int = 64) -> None:
    """Draws films into a folder, unless they are already there.

    The folder then holds ``frames/``, and for each fold ``test_<fold>.json`` with the
    episodes, and two files without them: ``train_<fold>.json`` and
    ``train_<fold>_shuffled.json``. The shuffled file has the captions of other films.

    Args:
        root: The folder.
        seed: Seed of the films.
        count: Number of films.
        folds: Number of parts; each part is tested once.
        size: Width and height of the frames, pixels.
    """
    if (root / 'complete').is_file():
        return
    work = partial(_write_film, root, seed, size)
    films = list(parallel_map(work, range(count)))
    for fold in range(1, folds + 1):
        tested = films[fold - 1 :: folds]
        trained = [film for film in films if film not in tested]
        blind = [film._replace(episodes=()) for film in trained]
        _write(root / f'test_{fold}.json', tested)
        _write(root / f'train_{fold}.json', blind)
        shuffled = shuffle_captions(blind, seed + fold)
        _write(root / f'train_{fold}_shuffled.json', shuffled)
    write_text(root / 'complete', f'SYNTHETIC: drawn people. seed {seed}\n')


def _write(path: Path, films: Sequence[Film]) -> None:
    write_text(path, json.dumps(dict(map(film_entry, films))) + '\n')


def _write_film(root: Path, seed: int, size: int, number: int) -> Film:
    clip, film = make_film(seed, number)
    folder = root / 'frames' / film.name
    folder.mkdir(parents=True, exist_ok=True)
    for place, picture in enumerate(clip.frames(size)):
        path = str(folder / f'{place:05}.jpg')
        quality = [cv2.IMWRITE_JPEG_QUALITY, clip.jpeg_quality]
        if not cv2.imwrite(path, picture[..., ::-1], quality):
            raise OSError(f'{path} could not be written')
    return film
