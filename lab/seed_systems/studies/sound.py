"""TG-DFER that hears its clips."""

from pathlib import Path

from lab.sound.page import result_lines, result_pairs
from lab.sound.study import SoundStudy, read_plan

from ..listing import Found, Report


def study(folder: Path, report: Report) -> Found:
    """Measures what is missing, and returns all results."""
    plan = read_plan()
    results, chosen = SoundStudy(plan, folder, report).measure()
    words = '; '.join(
        f'{pair.text}: {pair.in_words()}' for pair in result_pairs(plan, results)
    )
    return Found(result_lines(plan, results, chosen), f'UAR: {words}.')
