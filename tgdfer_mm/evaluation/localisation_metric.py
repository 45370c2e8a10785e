"""A metric of intervals: the emotions in a film and their times."""

import json
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from mmengine.logging import print_log

from ..datasets.film_files import Film, read_films
from ..datasets.text_files import DataError
from ..files import write_text
from ..registry import METRICS
from ..video.intervals import IntervalRule, find_intervals
from .clip_metric import (
    ClipMetric,
    NonFiniteScoreError,
    clip_scores,
    list_damaged,
    report_damaged,
)
from .frame_sources import PredictedClip
from .intervals import cut_intervals
from .localisation import score_intervals

EMPTY = np.zeros((0, 4))


class ScoredFilm(NamedTuple):
    """The data from which intervals are made.

    Attributes:
        film: The film; only `random` reads its episodes.
        frames: (n,) indices of the sampled frames.
        scores: (n, K) probabilities of the classes in them.
        whole: (K,) probabilities of the classes in the film.
        classes: K names.
        rule: The rule for the intervals that a user sees.
    """

    film: Film
    frames: np.ndarray
    scores: np.ndarray
    whole: np.ndarray
    classes: tuple[str, ...]
    rule: IntervalRule


def from_scores(scored: ScoredFilm) -> tuple[np.ndarray, np.ndarray]:
    """Intervals from frames' scores: :func:`.cut_intervals` ranks, the rule finds."""
    film = scored.film
    second = film.seconds / film.frames
    ranked = [EMPTY]
    for label, values in enumerate(scored.scores.T):
        cut = cut_intervals(values, scored.frames, film.frames)
        cut[:, :2] *= second
        ranked.append(np.insert(cut, 0, label, axis=1))
    found = find_intervals(
        scored.frames * second, scored.scores, scored.classes, scored.rule, film.seconds
    )
    rows = [
        (scored.classes.index(i['emotion']), i['start'], i['end'], i['score'])
        for i in found
    ]
    return np.concatenate(ranked), np.array(rows, float).reshape(-1, 4)


def whole_film(scored: ScoredFilm) -> tuple[np.ndarray, np.ndarray]:
    """A baseline: one interval for each class, the whole film."""
    rows = np.array(
        [(k, 0.0, scored.film.seconds, v) for k, v in enumerate(scored.whole)]
    )
    return rows, rows[rows[:, 3] >= scored.rule.threshold]


def at_random(scored: ScoredFilm) -> tuple[np.ndarray, np.ndarray]:
    """A baseline with much knowledge: the true episodes, moved to random places.

    Number, length and class of the intervals are the true ones. Their confidence is the
    film's score of the class.
    """
    film = scored.film
    rng = np.random.default_rng([7, film.frames, *film.name.encode()])
    rows = []
    for start, end, what in film.episodes:
        label, lasts = scored.classes.index(what), end - start
        begin = rng.uniform(0, max(film.seconds - lasts, 0))
        rows.append((label, begin, begin + lasts, scored.whole[label]))
    found = np.array(rows, float).reshape(-1, 4)
    return found, found


PROPOSALS: dict[str, Callable[[ScoredFilm], tuple[np.ndarray, np.ndarray]]] = dict(
    scores=from_scores, whole=whole_film, random=at_random
)


@METRICS.register_module()
class LocalisationMetric(ClipMetric):
    """Compares the intervals of a model in films with the true episodes.

    The figures are those of :func:`.score_intervals`. A film that could not be read has
    no interval, and its episodes count as missed. After an evaluation, `last_result`
    (in the main process) has all figures, ``AP`` by the classes' names at
    `tgdfer_mm.evaluation.localisation.IOUS`, and the ``damaged`` films.

    Args:
        ann_file: The films with their episodes; see
            :func:`~tgdfer_mm.datasets.film_files.read_films`.
        proposals: The source of the intervals, a key of `PROPOSALS`: ``scores``, the
            model's probabilities of the instances, or a baseline, ``whole`` or
            ``random``. For several sources list the metric several times with different
            prefixes.
        intervals: Fields of :class:`~tgdfer_mm.video.intervals.IntervalRule`, for
            recall and F2.
        out_file: JSON file for the ranked intervals, in ActivityNet's form, which
            mmaction2's ``ActivityNetLocalization`` evaluates. It has only the classes
            that occur in the episodes, because other classes are an error there.
        prefix: Text before the names of the numbers.
        **kwargs: Arguments of mmengine's ``BaseMetric``.

    Raises:
        DataError: The file is not as described.
        ValueError: ``proposals`` is unknown.
    """

    def __init__(
        self,
        ann_file: str,
        proposals: str = 'scores',
        intervals: dict | None = None,
        out_file: str | None = None,
        prefix: str | None = 'film',
        **kwargs,
    ) -> None:
        if proposals not in PROPOSALS:
            raise ValueError(f'proposals={proposals!r} must be in {list(PROPOSALS)}')
        super().__init__(prefix=prefix, **kwargs)
        self.ann_file, self.out_file = ann_file, out_file
        self.films = read_films(ann_file)
        self.propose = PROPOSALS[proposals]
        self.rule = IntervalRule(**(intervals or {}))
        self.last_result: dict | None = None

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Makes the intervals of a batch of films.

        Raises:
            ValueError: A film is not in the file or disagrees with it, or the
                prediction has no scores of its instances.
        """
        for sample in data_samples:
            clip = PredictedClip(sample, None, -1, len(self.classes))
            film = self._film(clip)
            damaged = sample.get('damaged')
            ranked, found = (EMPTY, EMPTY) if damaged else self._intervals(clip, film)
            self.results.append(
                dict(
                    clip=film.name,
                    name=film.name,
                    damaged=damaged,
                    ranked=ranked,
                    found=found,
                    true=self._true(film),
                )
            )

    def compute_metrics(self, results: list[dict]) -> dict[str, float]:
        """The figures of all films; those that are not defined are left out."""
        self.check_complete(results)
        damaged = list_damaged(results)
        report_damaged(damaged, len(results))
        ranked, found, true = ([r[k] for r in results] for k in _ROWS)
        figures = score_intervals(ranked, found, true, len(self.classes))
        by_class = dict(zip(self.classes, figures.pop('AP'), strict=True))
        self.last_result = dict(figures, AP=by_class, damaged=damaged)
        absent = [name for name, aps in by_class.items() if aps is None]
        if absent:
            print_log(
                f'No film in {self.ann_file} has an episode of {", ".join(absent)}, '
                'which the means leave out',
                logger='current',
            )
        if self.out_file:
            self._write(results, absent)
        return {name: value for name, value in figures.items() if value is not None}

    def _film(self, clip: PredictedClip) -> Film:
        if clip.name not in self.films:
            raise DataError(f'{self.ann_file}: film {clip.name} is not in the file')
        film = self.films[clip.name]
        total = clip.sample.get('total_frames')
        if total and total != film.frames:
            raise DataError(
                f'{self.ann_file}: film {film.name} has {film.frames} frames there '
                f'(duration_frame), but {total} were read'
            )
        return film

    def _intervals(
        self, clip: PredictedClip, film: Film
    ) -> tuple[np.ndarray, np.ndarray]:
        values = clip.per_instance('instance_scores', clip.num_classes)
        scores = np.stack([clip.on_frames(column) for column in values.T], axis=1)
        if not np.isfinite(scores).all():
            raise NonFiniteScoreError(
                f'film {film.name}: `instance_scores` are not finite'
            )
        whole = clip_scores(clip.sample, clip.num_classes).numpy()
        frames = clip.frame_inds[: len(scores)]
        scored = ScoredFilm(film, frames, scores, whole, self.classes, self.rule)
        return self.propose(scored)

    def _true(self, film: Film) -> np.ndarray:
        unknown = [e.what for e in film.episodes if e.what not in self.classes]
        if unknown:
            raise DataError(
                f'{self.ann_file}, film {film.name!r}: unknown class {unknown[0]!r}; '
                f'the data set has {list(self.classes)}'
            )
        rows = [(self.classes.index(e.what), e.start, e.end) for e in film.episodes]
        return np.array(rows, float).reshape(-1, 3)

    def _write(self, results: list[dict], absent: list[str]) -> None:
        films = {
            r['clip']: [
                dict(label=name, segment=[start, end], score=score)
                for label, start, end, score in r['ranked'].tolist()
                if (name := self.classes[int(label)]) not in absent
            ]
            for r in results
        }
        content = dict(version='VERSION 1.3', results=films, external_data={})
        write_text(self.out_file, json.dumps(content) + '\n')


_ROWS = 'ranked', 'found', 'true'
