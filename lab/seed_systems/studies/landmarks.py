"""S2D: landmarks under nuisance."""

from pathlib import Path

import numpy as np

from lab.landmarks.study import PLANES, measure
from lab.markdown import table_lines
from lab.pairs import compare, pair_lines

from ..listing import Found, Report

_NAMES = dict(none='none', true="the clip's own", shuffled="another clip's")


def study(folder: Path, report: Report) -> Found:
    """Measures what is missing, and gives all."""
    uar = measure(folder / 'landmarks.json', report=report)
    rows = [
        [_NAMES[kind], f'{np.mean(uar[kind]):.1f} ± {np.std(uar[kind], ddof=1):.1f}']
        for kind in PLANES
    ]
    pairs = compare(
        (f'{_NAMES[own]} less {_NAMES[base]}, points', uar[own], uar[base])
        for own, base in (('true', 'none'), ('shuffled', 'none'), ('true', 'shuffled'))
    )
    own, other, _ = pairs
    says = (
        f'Against no landmarks the UAR on hard clips is {own.in_words()} with the '
        f"clip's own, and {other.in_words()} with another clip's."
    )
    tables = [*table_lines(['landmarks', 'UAR'], rows), '', *pair_lines(pairs)]
    return Found(tables, says)
