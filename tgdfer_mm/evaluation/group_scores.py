"""UAR and WAR of groups of people, and the gaps between groups, with intervals."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from .group_remarks import group_remarks
from .people import NOT_KNOWN

DRAWS = 10_000
CHUNK = 500  # draws at a time, to limit memory
NUMBERS = ('UAR', 'WAR')


@dataclass(frozen=True)
class TestedClip:
    """The facts about a clip that the metrics of groups need.

    Attributes:
        person: The person in it.
        groups: Kind of group -> group of the person, e.g. ``{'sex': 'female'}``. If a
            kind is absent, it is not known.
        label: Its true class.
        right: Share of the models (seeds) that predict it correctly.
    """

    __test__ = False  # what pytest would take it for

    person: str
    groups: Mapping[str, str]
    label: int
    right: float


@dataclass(frozen=True)
class _Group:
    """A group's people: hits and clips by class (P, K), and their sums in D draws."""

    hits: np.ndarray
    clips: np.ndarray
    drawn_hits: np.ndarray | None  # (D, K), None for a single person
    drawn_clips: np.ndarray | None

    def numbers(self, classes: np.ndarray) -> dict[str, float]:
        """UAR and WAR over some classes."""
        found = _numbers(self.hits.sum(0)[classes], self.clips.sum(0)[classes])
        return {name: float(value) for name, value in found.items()}

    def draws(self, classes: np.ndarray) -> dict[str, np.ndarray] | None:
        """(D,) UAR and WAR over some classes."""
        if self.drawn_hits is None:
            return None
        return _numbers(self.drawn_hits[:, classes], self.drawn_clips[:, classes])


def group_scores(
    clips: Sequence[TestedClip],
    kind: str,
    classes: Sequence[str],
    draws: int = DRAWS,
    random_seed: int = 0,
) -> dict:
    """UAR and WAR of each group, and the gaps between every two, in percent.

    A group's UAR is the mean over the classes of its clips. A gap is the difference of
    two groups over the classes that both have. The intervals come from a bootstrap over
    people: each draw takes people of the group with all their clips, because the clips
    of one person are often right or wrong together. From P people P - 1 are drawn,
    because P draws would spread too little [choice, as for seeds in a comparison of
    models].

    Args:
        clips: The clips.
        kind: Kind of group, such as ``'sex'``.
        classes: The K class names.
        draws: Number D of bootstrap draws.
        random_seed: Seed of the draws.

    Returns:
        `groups` (name -> `people`, `clips`, `UAR`, `WAR`, each with its
        ``<number>_interval``, and `absent`, the classes without a clip), `gaps` (each
        with `first`, `second`, `classes`, and for UAR and WAR `difference`, first minus
        second, and `interval`) and `remarks` (sentences). An interval is None if a
        group has a single person. People whose group is not known form a group of their
        own, which is in no gap.

    Raises:
        ValueError: A person is in two groups.
    """
    rng = np.random.default_rng(random_seed)
    tables = {
        name: _table(rows, len(classes), draws, rng)
        for name, rows in _divided(clips, kind).items()
    }
    groups = {name: _of_group(t, classes) for name, t in tables.items()}
    known = [name for name in tables if name != NOT_KNOWN]
    gaps = [
        gap
        for first, second in combinations(known, 2)
        if (gap := _gap(first, second, tables, classes)) is not None
    ]
    remarks = group_remarks(kind, groups, gaps, len(classes))
    return dict(groups=groups, gaps=gaps, remarks=remarks)


def method_in_words() -> str:
    """The method of comparing groups, for readers of the numbers."""
    text = Path(__file__).with_name('group_method.txt').read_text(encoding='utf-8')
    return ' '.join(text.split()).format(draws=DRAWS)


def _divided(
    clips: Sequence[TestedClip], kind: str
) -> dict[str, dict[str, list[TestedClip]]]:
    """Group -> person -> clips, sorted by name; the unknown group comes last."""
    divided: dict[str, dict[str, list]] = defaultdict(lambda: defaultdict(list))
    group_of: dict[str, str] = {}
    for clip in clips:
        group = clip.groups.get(kind) or NOT_KNOWN
        first = group_of.setdefault(clip.person, group)
        if first != group:
            raise ValueError(
                f'{clip.person} is in two groups of {kind!r}, {first!r} and '
                f'{group!r}: a person can be in only one. State one of them.'
            )
        divided[group][clip.person].append(clip)
    order = sorted(divided, key=lambda name: (name == NOT_KNOWN, name))
    return {name: divided[name] for name in order}


def _table(
    people: Mapping[str, Sequence[TestedClip]],
    num_classes: int,
    draws: int,
    rng: np.random.Generator,
) -> _Group:
    hits, clips = np.zeros((2, len(people), num_classes))
    for row, person in enumerate(sorted(people)):
        for clip in people[person]:
            hits[row, clip.label] += clip.right
            clips[row, clip.label] += 1
    num = len(people)
    if num == 1:
        return _Group(hits, clips, None, None)
    drawn = []
    for part in np.array_split(np.arange(draws), -(-draws // CHUNK)):
        taken = rng.multinomial(num - 1, np.full(num, 1 / num), size=len(part))
        drawn.append((taken @ hits, taken @ clips))
    return _Group(hits, clips, *map(np.concatenate, zip(*drawn, strict=True)))


def _numbers(hits: np.ndarray, clips: np.ndarray) -> dict[str, np.ndarray]:
    """UAR and WAR of (..., K) hits and clips; a class without a clip has no recall.

    The result is NaN only if there is no clip at all.
    """
    has = clips > 0
    recall = np.divide(hits, clips, out=np.zeros(hits.shape), where=has)
    with np.errstate(invalid='ignore'):
        uar = recall.sum(-1) / has.sum(-1)
        war = hits.sum(-1) / clips.sum(-1)
    return dict(UAR=100 * uar, WAR=100 * war)


def _of_group(table: _Group, classes: Sequence[str]) -> dict:
    clips = table.clips.sum(0)
    every = np.arange(len(classes))
    found = dict(people=len(table.hits), clips=int(clips.sum()), **table.numbers(every))
    drawn = table.draws(every)
    for name in NUMBERS:
        found[f'{name}_interval'] = None if drawn is None else _interval(drawn[name])
    found['absent'] = [name for name, c in zip(classes, clips, strict=True) if not c]
    return found


def _gap(
    first: str, second: str, tables: Mapping[str, _Group], classes: Sequence[str]
) -> dict | None:
    """The gap of two groups; None if they have no class in common."""
    sides = tables[first], tables[second]
    common = np.flatnonzero(np.all([t.clips.sum(0) > 0 for t in sides], axis=0))
    if not len(common):
        return None
    ours, theirs = (table.numbers(common) for table in sides)
    drawn = [table.draws(common) for table in sides]
    gap = dict(first=first, second=second, classes=[classes[c] for c in common])
    for name in NUMBERS:
        interval = None
        if None not in drawn:
            interval = _interval(drawn[0][name] - drawn[1][name])
        gap[name] = dict(difference=ours[name] - theirs[name], interval=interval)
    return gap


def _interval(drawn: np.ndarray) -> list[float] | None:
    drawn = drawn[~np.isnan(drawn)]  # draws without a clip of the classes
    if not len(drawn):
        return None
    low, high = np.percentile(drawn, [2.5, 97.5])
    return [float(low), float(high)]
