"""Tables of the study's results."""

from pathlib import Path

import numpy as np

from lab.deva.study import Results
from lab.markdown import spread_cell, table_lines
from lab.marked_place import write_between
from lab.pairs import Pair, compare, pair_lines

PAIRS = ('true', 'alone'), ('other', 'alone'), ('true', 'other')


def result_pairs(plan: dict, results: Results) -> list[Pair]:
    """Each sound less none, and the true one less the other."""
    names = {arm: about['name'] for arm, about in plan['arms'].items()}
    return compare(
        (
            f'{names[own]} minus {names[base]}',
            [each['UAR'] for each in results[own]],
            [each['UAR'] for each in results[base]],
        )
        for own, base in PAIRS
    )


def result_lines(plan: dict, results: Results, chosen: dict) -> list[str]:
    """Figures of each arm, paired differences, and the settings.

    Args:
        plan: The plan.
        results: Results of each arm, one for each repeat; all arms of a repeat have the
            same people.
        chosen: The settings.
    """
    rows = []
    for arm, repeats in results.items():
        uar = spread_cell([each['UAR'] for each in repeats])
        gates = [abs(gate) for each in repeats for gate in each['gates']]
        gate = f'{np.mean(gates):.2f}' if gates else ''
        rows.append([plan['arms'][arm]['name'], uar, gate])
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
        *table_lines(['heard', 'UAR', 'gate, absolute'], rows),
        '',
        *pair_lines(result_pairs(plan, results)),
    ]


def write_tables(page: Path, plan: dict, results: Results, chosen: dict) -> None:
    """Writes the tables into a page, between its marks.

    Raises:
        ValueError: The page has no marks.
    """
    write_between(page, 'sound', result_lines(plan, results, chosen))
