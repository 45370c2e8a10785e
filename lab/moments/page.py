"""The tables of docs/search.md."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lab.marked_place import write_between
from tgdfer_mm.apis.search.moments import PASSES, REST


@dataclass(frozen=True)
class Way:
    """A way of scoring frames: its name and its arguments for ``find_moments``."""

    name: str
    rest: float
    passes: int

    @property
    def settings(self) -> dict:
        """Arguments for ``VideoLibrary.search``."""
        return dict(rest=self.rest, passes=self.passes)


@dataclass(frozen=True)
class Row:
    """The result of a model with one way of scoring.

    Attributes:
        model: Name of the model.
        phrasings: Number of texts for each emotion.
        way: Way of scoring frames.
        first: Number of right moments among the first ten of an emotion.
        share: Share of right moments among the first n of an emotion, where n is the
            number of its episodes.
    """

    model: str
    phrasings: int
    way: Way
    first: Mapping[str, int]
    share: Mapping[str, float] = field(default_factory=dict)


_TAKEN = {0.0: 'plain cosine', 0.5: 'half the median off', 1.0: 'the median off'}
_AVERAGED = {0: '', 1: ', averaged once', 2: ', averaged twice'}
WAYS = [
    Way(f'{_TAKEN[rest]}{_AVERAGED[passes]}', rest, passes)
    for rest in _TAKEN
    for passes in _AVERAGED
]


def print_rows(rows: Sequence[Row], counts: Mapping[str, int]) -> None:
    """Prints the table."""
    print('\n'.join(_table(rows, counts)), flush=True)


def write_rows(
    page: Path, rows: Sequence[Row], counts: Mapping[str, int], films: int
) -> None:
    """Writes the table into a page, between its marks.

    Raises:
        ValueError: The page has no marks.
    """
    there = ', '.join(f'{name} {count}' for name, count in counts.items())
    lines = [f'{films} films; stretches there are: {there}.', '', *_table(rows, counts)]
    write_between(page, 'films', lines)


def _table(rows: Sequence[Row], counts: Mapping[str, int]) -> list[str]:
    names = sorted(counts)
    lines = [
        f'| model | texts | score | {" | ".join(names)} | all episodes |',
        f'|---|---|---|{"---|" * len(names)}---|',
    ]
    for row in rows:
        bold = '**' if (row.way.rest, row.way.passes) == (REST, PASSES) else ''
        first = ' | '.join(str(row.first[name]) for name in names)
        mean = 100 * sum(row.share.values()) / len(row.share)
        name = f'{bold}{row.way.name}{bold}'
        lines.append(
            f'| {row.model} | {row.phrasings} | {name} | {first} | {mean:.1f} |'
        )
    return lines
