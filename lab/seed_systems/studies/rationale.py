"""ERV: truth of rationales, and if relevant frames carry the verdict."""

from pathlib import Path

from lab.rationale.page import result_lines, result_pairs
from lab.rationale.study import measure

from ..listing import Found, Report


def study(folder: Path, report: Report) -> Found:
    """Measures what is missing, and returns all results."""
    results = measure(folder, folder / 'data', folder / 'features', report=report)
    words = '; '.join(
        f'{pair.text}: {pair.in_words()}' for pair in result_pairs(results)
    )
    return Found(result_lines(results), f'{words}.')
