"""IAL: gates and losses on weak expressions."""

from pathlib import Path

from lab.ial.page import PAIRS, result_lines
from lab.ial.study import measure
from lab.pairs import compare

from ..listing import Found, Report


def study(folder: Path, report: Report) -> Found:
    """Measures what is missing, and gives all."""
    results = measure(folder, report=report)
    rows = [
        (
            f'{text}, {key} clips',
            [r[key] for r in results[own]],
            [r[key] for r in results[base]],
        )
        for key in ('weak', 'strong')
        for text, own, base in PAIRS
    ]
    words = '; '.join(f'{pair.text}: {pair.in_words()}' for pair in compare(rows))
    return Found(result_lines(results), f'UAR by what is added: {words}.')
