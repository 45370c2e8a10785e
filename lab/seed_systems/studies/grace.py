"""GRACE: motion weights, patches and refined texts."""

from pathlib import Path

from lab.grace.page import result_lines
from lab.grace.study import measure
from lab.pairs import compare

from ..listing import Found, Report

_ASKED = (
    ('patches with the frames', 'patches', 'frames'),
    ('frames weighed by motion', 'frames', 'even'),
    ('refined texts of the clips', 'refined', 'frames'),
    ('those of other clips', 'shuffled', 'frames'),
)


def study(folder: Path, report: Report) -> Found:
    """Measures what is missing, and gives all."""
    results = measure(folder, report=report)
    uar = {arm: [r['UAR'] for r in repeats] for arm, repeats in results.items()}
    pairs = compare((text, uar[own], uar[base]) for text, own, base in _ASKED)
    words = '; '.join(f'{pair.text}: {pair.in_words()}' for pair in pairs)
    return Found(result_lines(results), f'UAR by what is added. {words}.')
