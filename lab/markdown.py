"""Tables in Markdown."""

from collections.abc import Iterable, Sequence

import numpy as np


def table_lines(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table."""
    lines = [header, ['---'] * len(header), *rows]
    return [f'| {" | ".join(line)} |' for line in lines]


def spread_cell(values: Sequence[float], digits: int = 1) -> str:
    """Mean and standard deviation over the repeats; one repeat has only its value."""
    spread = f' ± {np.std(values, ddof=1):.{digits}f}' if len(values) > 1 else ''
    return f'{np.mean(values):.{digits}f}{spread}'
