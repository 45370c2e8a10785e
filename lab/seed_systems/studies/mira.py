"""MiRA: attention moved to the frames that show something."""

from pathlib import Path

import numpy as np

from lab.markdown import table_lines
from lab.moved_attention import measure_each
from lab.pairs import compare, pair_lines

from ..listing import Found, Report

REPEATS = 6


def study(folder: Path, report: Report) -> Found:
    """Measures what is missing, and returns all results."""
    each = measure_each(folder, REPEATS, None, report)
    shares = {name: 100 * np.array(found).T for name, found in each.items()}
    rows = [
        [name, *(f'{value.mean():.1f}' for value in (frames, before, after))]
        for name, (before, after, frames) in shares.items()
    ]
    pairs = compare(
        (f'{name}, after minus before, points', after.tolist(), before.tolist())
        for name, (before, after, _) in shares.items()
    )
    verdicts = [pair.verdict for pair in pairs]
    sizes = [pair.difference for pair in pairs]
    says = (
        f'The share of the attention on apex frames rises in {verdicts.count("more")} '
        f'of {len(pairs)} cases and falls in {verdicts.count("less")}; the differences '
        f'are from {min(sizes):+.2f} to {max(sizes):+.2f} points.'
    )
    header = ['tower, state, way', 'apex frames, %', 'attention on them', 'after']
    return Found([*table_lines(header, rows), '', *pair_lines(pairs, digits=2)], says)
