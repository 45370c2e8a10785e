"""IAL: gates and losses on weak expressions."""

from pathlib import Path

from lab.ial.page import result_lines, result_pairs
from lab.ial.study import measure

from ..listing import Found, Report


def study(folder: Path, report: Report) -> Found:
    """Measures what is missing, and returns all results."""
    results = measure(folder, report=report)
    words = '; '.join(
        f'{pair.text}: {pair.in_words()}' for pair in result_pairs(results)
    )
    return Found(result_lines(results), f'UAR by what is added: {words}.')
