"""Tables of the study's results."""

from pathlib import Path

import numpy as np

from lab.markdown import spread_cell, table_lines
from lab.marked_place import write_between
from lab.pairs import Pair, compare, p_cell

from .study import Results

REFERENCE = 'alone'


def result_lines(plan: dict, results: Results, chosen: dict) -> list[str]:
    """Figures of each arm, paired differences, and the settings.

    Args:
        plan: The plan.
        results: Results of each arm, one for each repeat; all arms of a repeat have the
            same people.
        chosen: The settings.
    """
    base = spread_cell(_uars(results[REFERENCE]))
    rows = [[plan['arms'][REFERENCE]['name'], base, '', '', '']]
    for pair in result_pairs(results):
        gates = np.mean([np.abs(each['gates']) for each in results[pair.text]], axis=0)
        difference = f'{pair.difference:+.1f}'
        if pair.interval:
            difference += ' [{:+.1f}, {:+.1f}]'.format(*pair.interval)
        own = spread_cell(_uars(results[pair.text]))
        shown = ', '.join(f'{gate:.2f}' for gate in gates)
        name = plan['arms'][pair.text]['name']
        rows.append([name, own, difference, p_cell(pair.p), shown])
    head = ['told', 'UAR', 'minus frames alone, 95 %', 'p (Holm)', 'gates, absolute']
    settings = '; '.join(
        f'{plan["arms"][arm]["name"]}: '
        + ', '.join(f'{key} {value}' for key, value in setting.items())
        for arm, setting in chosen.items()
    )
    people = plan['people']
    return [
        f'{plan["repeats"]} repeats, each with {people["train"]} drawn people for '
        f'training and {people["test"]} others for testing, level {plan["level"]}; UAR '
        'in percent, mean and standard deviation.',
        f'Settings, chosen on other people: {settings}.',
        '',
        *table_lines(head, rows),
    ]


def write_tables(page: Path, plan: dict, results: Results, chosen: dict) -> None:
    """Writes the tables into a page, between its marks.

    Raises:
        ValueError: The page has no marks.
    """
    write_between(page, 'deva', result_lines(plan, results, chosen))


def result_pairs(results: Results) -> list[Pair]:
    """Differences of each arm to the frames alone; their text is the arm's name."""
    base = _uars(results[REFERENCE])
    return compare(
        (arm, _uars(repeats), base)
        for arm, repeats in results.items()
        if arm != REFERENCE
    )


def _uars(repeats: list[dict]) -> list[float]:
    return [each['UAR'] for each in repeats]
