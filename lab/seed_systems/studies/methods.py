"""Recognition: parts of the systems on one tower, from the comparison's trainings."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from lab.evidence.archive import unpack_finished
from lab.evidence.experiment import run_experiment
from lab.evidence.plan import EvidencePlan
from lab.evidence.tables import values_of
from lab.markdown import table_lines
from lab.pairs import compare, pair_lines
from lab.paths import LAB

from ..listing import Found, Report

FINISHED = LAB / 'evidence/finished.tar.xz'
_PAIRS = Path(__file__).with_name('methods.json')


def study(folder: Path, report: Report) -> Found:
    """Takes the trainings of docs/comparison.md, and runs missing ones."""
    pairs = json.loads(_PAIRS.read_text(encoding='utf-8'))['pairs']
    plan = replace(EvidencePlan.read('methods'), groups=_groups(pairs))
    taken = unpack_finished(FINISHED, folder)
    report(f'{taken} trainings of the comparison are taken over')
    run_experiment(plan, folder, workers=1)

    def uar(config: str, condition: str) -> list[float]:
        return values_of(config, condition, plan, folder, 'dfer/UAR')

    def mean(config: str, condition: str) -> str:
        return f'{np.mean(uar(config, condition)):.1f}'

    rows = [
        [f'{text}, *{condition}*', mean(base, condition), mean(own, condition)]
        for own, base, condition, text in pairs
    ]
    compared = compare(
        (f'{text}, *{condition}*, points', uar(own, condition), uar(base, condition))
        for own, base, condition, text in pairs
    )
    counted = [
        f'{pair.text.removesuffix(", points")}: {pair.in_words()}'
        for pair in compared
        if pair.verdict != 'noise'
    ]
    says = (
        'The trainings are those of [comparison.md](comparison.md). The UAR '
        f'differs by more than noise in {len(counted)} of {len(compared)} comparisons'
        f'{" (" if counted else ""}{"; ".join(counted)}{")" if counted else ""}.'
    )
    header = ['part, level', 'UAR without', 'with']
    tables = [*table_lines(header, rows), '', *pair_lines(compared)]
    return Found(tables, says)


def _groups(pairs: list[list[str]]) -> list[dict]:
    return [
        dict(title=text, compare=base, conditions=[condition], configs=[base, own])
        for own, base, condition, text in pairs
    ]
