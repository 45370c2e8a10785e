"""GRACE: motion weights, patches and refined texts."""

from pathlib import Path

from lab.grace.page import PAIRS, result_lines
from lab.grace.study import measure
from lab.pairs import compare

from ..listing import Found, Report

_WORDS = {
    ('patches', 'frames'): 'patches with the frames',
    ('frames', 'even'): 'frames weighed by motion',
    ('refined', 'frames'): 'refined texts of the clips',
    ('shuffled', 'frames'): 'those of other clips',
}


def study(folder: Path, report: Report) -> Found:
    """Measures what is missing, and returns all results."""
    results = measure(folder, report=report)
    uar = {arm: [r['UAR'] for r in repeats] for arm, repeats in results.items()}
    # All pairs of the table, so that both correct p alike.
    pairs = compare((pair, uar[pair[0]], uar[pair[1]]) for pair in PAIRS)
    words = [f'{_WORDS[p.text]}: {p.in_words()}' for p in pairs if p.text in _WORDS]
    return Found(result_lines(results), f'UAR by what is added: {"; ".join(words)}.')
