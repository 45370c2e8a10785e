"""S2D: landmarks under nuisance."""

from pathlib import Path

from lab.landmarks.study import PLANES, measure
from lab.markdown import spread_cell, table_lines
from lab.pairs import compare, pair_lines

from ..listing import Found, Report

_NAMES = dict(none='none', true="the clip's own", shuffled="another clip's")


def study(folder: Path, report: Report) -> Found:
    """Measures what is missing, and returns all results."""
    uar = measure(folder / 'landmarks.json', report=report)
    rows = [[_NAMES[kind], spread_cell(uar[kind])] for kind in PLANES]
    pairs = compare(
        (f'{_NAMES[own]} minus {_NAMES[base]}, points', uar[own], uar[base])
        for own, base in (('true', 'none'), ('shuffled', 'none'), ('true', 'shuffled'))
    )
    own, other, _ = pairs
    says = (
        f'Against no landmarks the UAR on hard clips is {own.in_words()} with the '
        f"clip's own, and {other.in_words()} with another clip's."
    )
    tables = [*table_lines(['landmarks', 'UAR'], rows), '', *pair_lines(pairs)]
    return Found(tables, says)
