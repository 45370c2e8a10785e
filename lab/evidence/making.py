"""Head of a page: how its figures were made (trainings, tests, machine, code)."""

import platform
from pathlib import Path

from tgdfer_mm.version import __version__

from .plan import EvidencePlan

_HOW = Path(__file__).with_name('how.md')


def head_facts(
    plan: EvidencePlan, results: list[dict], command: str, tables: dict
) -> dict:
    """The sentences about how a page's figures were made.

    Args:
        plan: The plan that was run.
        results: Result of every job.
        command: Command line that was typed.
        tables: Title -> rows of :func:`~lab.evidence.tables.group_table`.
    """
    rows = [row for group in tables.values() for row in group]
    how = _HOW.read_text(encoding='utf-8').format(
        repeats=_repeats_in_words(plan),
        folds=' then '.join(str(fold) for fold in plan.folds),
        needed=_needed_in_words(rows),
        code=_code_in_words(results),
    )
    return dict(
        command=command,
        version=__version__,
        machine=f'{platform.machine()}, {platform.system()}',
        hours=sum(result['seconds'] for result in results) / 3600,
        how=how.strip(),
    )


def _repeats_in_words(plan: EvidencePlan) -> str:
    by_number: dict[int, list[str]] = {}
    for condition in plan.conditions:
        by_number.setdefault(plan.repeats_of(condition), []).append(f'*{condition}*')
    parts = [f'{n} on {", ".join(names)}' for n, names in by_number.items()]
    return '; '.join(parts)


def _needed_in_words(rows: list[dict]) -> str:
    """Sentence about the repeats that a difference of two points needs."""
    condition = rows[0]['condition']
    needed = sorted(
        row['against']['repeats']
        for row in rows
        if row['condition'] == condition
        and row['against']
        and row['against']['repeats']
    )
    if not needed:
        return ''
    middle = needed[len(needed) // 2]
    return (
        f'On *{condition}*, a true difference of 2 points would be found in four of '
        f'five experiments with {middle} repeats (median; {needed[0]} to '
        f'{needed[-1]} over the comparisons of this page; paired test at 5 %).'
    )


def _code_in_words(results: list[dict]) -> str:
    """Sentence that says if all repeats of a row were trained by the same code."""
    states: dict[str, set[str]] = {}
    for result in results:
        code = result.get('code_sha256', 'not noted')
        states.setdefault(result['config'], set()).add(code)
    mixed = sorted(config for config, found in states.items() if len(found) > 1)
    if not mixed:
        return 'All repeats of a row were trained by the same code of its model.'
    return (
        'The repeats of these rows were trained by more than one state of the code of '
        f'their models: {", ".join(f"`{name}`" for name in mixed)}.'
    )
