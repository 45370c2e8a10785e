"""Tables of the study's results."""

from pathlib import Path

import numpy as np

from lab.markdown import spread_cell, table_lines
from lab.marked_place import write_between
from lab.pairs import Pair, compare, pair_lines

from .study import ARMS, Results

_NAMES = {
    'plain': 'two streams, no gates',
    'gated': 'with gates',
    'rival': 'and the term on the rival class',
    'whole': "and the classifier on the first gate: IAL's parts, small",
}
_CLIPS = ('weak', 'strong', 'all')
# Comparisons: name, arm, arm to compare with.
PAIRS = (
    ('gates', 'gated', 'plain'),
    ('the term on the rival class', 'rival', 'gated'),
    ('the classifier on the gate', 'whole', 'rival'),
    ('all three', 'whole', 'plain'),
)


def result_lines(results: Results) -> list[str]:
    """Three tables: UAR of the arms, differences, and correlations of the gates."""
    shares = [
        [
            text,
            *(spread_cell(_of(results[arm], key)) for key in ('weak', 'strong', 'all')),
        ]
        for arm, text in _NAMES.items()
    ]
    return [
        *table_lines(['UAR in percent', 'weak clips', 'strong clips', 'all'], shares),
        '',
        'Paired differences, points of UAR:',
        '',
        *pair_lines(result_pairs(results)),
        '',
        "Rank correlation of the gate with the intensity, minus with another clip's:",
        '',
        *pair_lines(_gate_pairs(results), digits=2),
    ]


def write_tables(page: Path, results: Results) -> None:
    """Writes the tables into a page, between its marks.

    Raises:
        ValueError: The page has no marks.
    """
    write_between(page, 'ial', result_lines(results))


def result_pairs(results: Results) -> list[Pair]:
    """Differences paired over the repeats, in points of UAR."""
    return compare(
        (f'{text}, {key} clips', _of(results[own], key), _of(results[base], key))
        for key in ('weak', 'strong')
        for text, own, base in PAIRS
    )


def _gate_pairs(results: Results) -> list[Pair]:
    """The rank correlation of the gate with the intensity, and with another clip's.

    A gate may use high or low weights, so the sign does not count.
    """
    rows = []
    for arm in (arm for arm, facts in ARMS.items() if facts['gated']):
        own, other = (np.abs(_of(results[arm], k)) for k in ('follows', 'others'))
        text = f'{_NAMES[arm]}: {own.mean():.2f} minus {other.mean():.2f}'
        rows.append((text, own.tolist(), other.tolist()))
    return compare(rows)


def _of(repeats: list[dict], key: str) -> list[float]:
    return [r[key] for r in repeats]
