"""DEVA: movements in words."""

from pathlib import Path

from lab.deva.page import result_lines, result_pairs
from lab.deva.study import Study, read_plan

from ..listing import Found, Report


def study(folder: Path, report: Report) -> Found:
    """Measures what is missing, and returns all results."""
    plan = read_plan()
    results, chosen = Study(plan, folder, report).measure()
    words = '; '.join(
        f'{plan["arms"][pair.text]["name"]}: {pair.in_words()}'
        for pair in result_pairs(results)
    )
    return Found(
        result_lines(plan, results, chosen), f'UAR against frames alone: {words}.'
    )
