"""The tables of what the experiment measured."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy import stats

from lab.evidence.differences import paired_difference
from lab.markdown import table_lines
from tgdfer_mm.files import write_text
from tgdfer_mm.protocol.compare import LEVEL, holm

from .experiment import FIGURES, Results

_PLACE = re.compile(r'(<!-- dcin -->\n).*?(<!-- end -->)', re.DOTALL)


def result_lines(results: Results, plan: dict) -> list[str]:
    """Two tables: figures of each arm, in percent, and differences of some pairs."""
    names = {**{arm: f'`{arm}`' for arm in plan['arms']}, **plan['baselines']}
    rows = [
        [names[name], *(_spread([r[key] for r in repeats]) for key in FIGURES)]
        for name, repeats in results.items()
    ]
    lines = table_lines(['', *FIGURES], rows)
    return [*lines, '', *_pair_lines(results, plan['pairs'], names)]


def write_tables(page: Path, results: Results, plan: dict) -> None:
    """Writes the tables into a page, between its marks.

    Raises:
        ValueError: The page has no marks.
    """
    text = page.read_text(encoding='utf-8')
    if not _PLACE.search(text):
        raise ValueError(f'{page} has no place between <!-- dcin --> and <!-- end -->')
    content = '\n'.join(result_lines(results, plan)) + '\n'
    write_text(page, _PLACE.sub(lambda m: m[1] + content + m[2], text))


def _pair_lines(
    results: Results, pairs: Sequence[Sequence[str]], names: dict[str, str]
) -> list[str]:
    """Paired over the repeats: difference, Student's interval, p by Holm."""
    rows = []
    for key in FIGURES[:2]:
        values = [[[r[key] for r in results[name]] for name in pair] for pair in pairs]
        p_values = [_p_value(own, base) for own, base in values]
        for pair, (own, base), p in zip(pairs, values, holm(p_values), strict=True):
            found = paired_difference(base, own)
            low, high = (100 * v for v in found['interval'])
            verdict = 'noise' if p >= LEVEL else 'more' if low > 0 else 'less'
            rows.append(
                [
                    f'{names[pair[0]]} less {names[pair[1]]}',
                    key,
                    f'{100 * found["difference"]:+.1f} [{low:+.1f}, {high:+.1f}]',
                    f'{p:.4f}',
                    verdict,
                ]
            )
    return table_lines(['pair', 'figure', 'points', 'p (Holm)', ''], rows)


def _p_value(own: list[float], base: list[float]) -> float:
    if np.ptp(np.subtract(own, base)) == 0:  # no spread: the test is not defined
        return 1.0
    return float(stats.ttest_rel(own, base).pvalue)


def _spread(values: list[float]) -> str:
    return f'{100 * np.mean(values):.1f} ± {100 * np.std(values, ddof=1):.1f}'
