"""Paired differences over repeats, as rows of a table and in words."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lab.evidence.differences import paired_difference, paired_p_value
from lab.markdown import table_lines
from tgdfer_mm.protocol.compare import LEVEL, holm


class Pair(NamedTuple):
    """A difference over the repeats.

    Attributes:
        text: Description of the difference.
        difference: Its mean.
        interval: Student's interval of 95 %; None for a single repeat.
        p: p value of a paired t-test, Holm-corrected over the pairs of the same table.
    """

    text: str
    difference: float
    interval: tuple[float, float] | None
    p: float

    @property
    def verdict(self) -> str:
        """``more``, ``less`` or ``noise``."""
        if self.p >= LEVEL:
            return 'noise'
        return 'more' if self.difference > 0 else 'less'

    def in_words(self, unit: str = 'points') -> str:
        """Its text in a sentence, after "is"."""
        size = f'{abs(self.difference):.1f} {unit}'
        if self.verdict == 'noise':
            return f'the same within noise ({self.difference:+.1f} {unit})'
        return f'{size} {"higher" if self.verdict == "more" else "lower"}'


def compare(rows: Iterable[tuple[str, Sequence[float], Sequence[float]]]) -> list[Pair]:
    """Paired differences of several rows, corrected together.

    Args:
        rows: Text, the value in each repeat, and that of what it is compared with.

    Raises:
        ValueError: A value is NaN or infinite.
    """
    rows = list(rows)
    for text, *values in rows:
        if not all(math.isfinite(value) for each in values for value in each):
            raise ValueError(f'{text}: a value is no finite number')
    p_values = holm([paired_p_value(own, base) for _, own, base in rows])
    pairs = []
    for (text, own, base), p in zip(rows, p_values, strict=True):
        found = paired_difference(base, own)
        mean = sum(own) / len(own) - sum(base) / len(base)
        interval = tuple(found['interval']) if found else None
        pairs.append(Pair(text, mean, interval, p))
    return pairs


def pair_lines(pairs: Iterable[Pair], digits: int = 1) -> list[str]:
    """The lines of their table."""
    rows = []
    for pair in pairs:
        shown = f'{pair.difference:+.{digits}f}'
        if pair.interval:
            low, high = (f'{value:+.{digits}f}' for value in pair.interval)
            shown += f' [{low}, {high}]'
        rows.append([pair.text, shown, p_cell(pair.p), pair.verdict])
    return table_lines(['paired difference', 'mean, 95 %', 'p (Holm)', ''], rows)


def p_cell(p: float) -> str:
    """A p value with four digits; a smaller one is not written as zero."""
    return f'{p:.4f}' if p >= 1e-4 else '< 0.0001'
