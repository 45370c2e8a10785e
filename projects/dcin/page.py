"""The tables of what the experiment measured."""

import re
from pathlib import Path

import numpy as np

from lab.markdown import table_lines
from lab.pairs import Pair, compare, pair_lines
from tgdfer_mm.files import write_text

from .experiment import FIGURES, Results

_PLACE = re.compile(r'(<!-- dcin -->\n).*?(<!-- end -->)', re.DOTALL)


def result_lines(results: Results, plan: dict) -> list[str]:
    """Two tables: figures of each arm, in percent, and differences of some pairs."""
    names = arm_names(plan)
    rows = [
        [names[name], *(_spread([r[key] for r in repeats]) for key in FIGURES)]
        for name, repeats in results.items()
    ]
    lines = table_lines(['', *FIGURES], rows)
    return [*lines, '', *pair_lines(result_pairs(results, plan))]


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


def result_pairs(results: Results, plan: dict) -> list[Pair]:
    """The plan's pairs in points; each figure is corrected by itself."""
    names = arm_names(plan)
    found = []
    for key in FIGURES[:2]:
        rows = []
        for pair in plan['pairs']:
            own, base = ([100 * r[key] for r in results[name]] for name in pair)
            text = f'{names[pair[0]]} less {names[pair[1]]}, {key}'
            rows.append((text, own, base))
        found += compare(rows)
    return found


def arm_names(plan: dict) -> dict[str, str]:
    """Arms and baselines as the tables name them."""
    return {**{arm: f'`{arm}`' for arm in plan['arms']}, **plan['baselines']}


def _spread(values: list[float]) -> str:
    return f'{100 * np.mean(values):.1f} ± {100 * np.std(values, ddof=1):.1f}'
