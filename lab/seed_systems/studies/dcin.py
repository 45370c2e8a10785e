"""DCIN: times of the emotions in a film."""

from pathlib import Path

from projects.dcin.experiment import measure, read_plan
from projects.dcin.page import result_lines, result_pairs

from ..listing import Found, Report


def study(folder: Path, report: Report) -> Found:
    """Measures what is missing, and returns all results."""
    plan = read_plan()
    results = measure(folder, plan, report)
    names = [tuple(pair) for pair in plan['pairs']]
    # Those of mAP_low, which come first.
    words = dict(zip(names, result_pairs(results, plan), strict=False))

    def against(own: str, base: str) -> str:
        return words[own, base].in_words()

    says = (
        f'mAP_low of `dcin` is {against("dcin", "whole")} than one interval a film, '
        f'{against("dcin", "random")} than random places, and against no temporal '
        f'network {against("dcin", "identity")}. Captions: '
        f'{against("consensus", "dcin")}; those of other films: '
        f'{against("shuffled", "dcin")}.'
    )
    return Found(result_lines(results, plan), says)
