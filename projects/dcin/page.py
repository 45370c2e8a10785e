"""Tables of the experiment's figures."""

from pathlib import Path

from lab.markdown import spread_cell, table_lines
from lab.marked_place import write_between
from lab.pairs import Pair, compare, pair_lines

from .experiment import FIGURES, Results


def result_lines(results: Results, plan: dict) -> list[str]:
    """Two tables: figures of the arms, in percent, and differences of some pairs."""
    names = arm_names(plan)
    rows = [
        [
            names[name],
            *(spread_cell([100 * r[key] for r in repeats]) for key in FIGURES),
        ]
        for name, repeats in results.items()
    ]
    lines = table_lines(['', *FIGURES], rows)
    return [*lines, '', *pair_lines(result_pairs(results, plan))]


def write_tables(page: Path, results: Results, plan: dict) -> None:
    """Writes the tables into a page, between its marks.

    Raises:
        ValueError: The page has no marks.
    """
    write_between(page, 'dcin', result_lines(results, plan))


def result_pairs(results: Results, plan: dict) -> list[Pair]:
    """Differences of the plan's pairs, in points; each figure is corrected alone."""
    names = arm_names(plan)
    found = []
    for key in FIGURES[:2]:
        rows = []
        for pair in plan['pairs']:
            own, base = ([100 * r[key] for r in results[name]] for name in pair)
            text = f'{names[pair[0]]} minus {names[pair[1]]}, {key}'
            rows.append((text, own, base))
        found += compare(rows)
    return found


def arm_names(plan: dict) -> dict[str, str]:
    """Arms and baselines as the tables name them."""
    return {**{arm: f'`{arm}`' for arm in plan['arms']}, **plan['baselines']}


def _percent(shares: list[float]) -> str:
    return spread_cell([100 * share for share in shares])
