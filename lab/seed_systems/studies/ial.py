"""IAL: gates and losses on weak expressions."""

from pathlib import Path

from lab.ial.page import result_lines
from lab.ial.study import measure
from lab.pairs import compare

from ..listing import Found, Report

_ASKED = (
    ('gates', 'gated', 'plain'),
    ('the term on the rival class', 'rival', 'gated'),
    ('the classifier on the gate', 'whole', 'rival'),
    ('all three', 'whole', 'plain'),
)


def study(folder: Path, report: Report) -> Found:
    """Measures what is missing, and gives all."""
    results = measure(folder, report=report)
    weak = {arm: [r['weak'] for r in repeats] for arm, repeats in results.items()}
    pairs = compare((text, weak[own], weak[base]) for text, own, base in _ASKED)
    words = '; '.join(f'{pair.text}: {pair.in_words()}' for pair in pairs)
    return Found(result_lines(results), f'UAR of weak clips by what is added. {words}.')
