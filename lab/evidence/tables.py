"""Tables of the results, as plain data."""

import json
import statistics
from collections.abc import Sequence
from pathlib import Path

from tgdfer_mm.protocol.results import load_result

from .differences import Repeat, differences, paired_difference
from .experiment import read_result
from .plan import EvidencePlan, Job


def mean_and_spread(values: Sequence[float]) -> tuple[float, float]:
    """Mean and standard deviation (with n - 1; 0 for a single value)."""
    spread = statistics.stdev(values) if len(values) > 1 else 0.0
    return statistics.fmean(values), spread


def group_table(group: dict, plan: EvidencePlan, root: Path) -> list[dict]:
    """One row for each config of a group under each of its conditions.

    Returns:
        Rows with ``config``, ``condition``, ``UAR`` and ``relevance`` (mean, spread)
        and, except for the config that the group compares with, ``against`` (of
        :func:`~lab.evidence.differences.differences`, over the group's rows of that
        condition) and ``relevance_against`` (of
        :func:`~lab.evidence.differences.paired_difference`; None if one of them has no
        relevance).
    """
    rows = []
    for condition in group['conditions']:
        names = [group['compare']]
        names += [c for c in group['configs'] if c != group['compare']]
        first, *others = (repeats_of(name, condition, plan, root) for name in names)
        against = dict(zip(names[1:], differences(first, others), strict=True))
        for config in group['configs']:
            rows.append(
                dict(
                    config=config,
                    condition=condition,
                    UAR=spread_of(config, condition, plan, root, 'dfer/UAR'),
                    relevance=spread_of(
                        config, condition, plan, root, 'relevance/AUROC'
                    ),
                    against=against.get(config),
                    relevance_against=_relevance_against(
                        config, group['compare'], condition, plan, root
                    ),
                )
            )
    return rows


def spread_of(
    config: str,
    condition: str,
    plan: EvidencePlan,
    root: Path,
    metric: str,
    test: str = 'plain',
) -> tuple[float, float] | None:
    """Mean and spread over the repeats; None if it was not measured."""
    values = values_of(config, condition, plan, root, metric, test)
    return None if values is None else mean_and_spread(values)


def values_of(
    config: str,
    condition: str,
    plan: EvidencePlan,
    root: Path,
    metric: str,
    test: str = 'plain',
) -> list[float] | None:
    """A number in each repeat; None if it was not measured in all of them."""
    found = [
        read_result(root, Job(config, condition, r))['metrics'].get(test, {})
        for r in range(plan.repeats_of(condition))
    ]
    if any(metric not in metrics for metrics in found):
        return None
    return [metrics[metric] for metrics in found]


def _relevance_against(
    config: str, compare: str, condition: str, plan: EvidencePlan, root: Path
) -> dict | None:
    if config == compare:
        return None
    ours, first = (
        values_of(name, condition, plan, root, 'relevance/AUROC')
        for name in (config, compare)
    )
    return None if None in (ours, first) else paired_difference(first, ours)


def repeats_of(
    config: str, condition: str, plan: EvidencePlan, root: Path
) -> list[Repeat]:
    """The test clips that each training of a config got right."""
    found = []
    for r in range(plan.repeats_of(condition)):
        job = Job(config, condition, r)
        path = root / 'jobs' / job.name / 'predictions.jsonl'
        lines = load_result(path, job.name, seed=r, fold=plan.fold(r)).predictions
        right = {line['clip']: line['pred'] == line['label'] for line in lines}
        label = {line['clip']: line['label'] for line in lines}
        found.append(Repeat(plan.fold(r), right, label))
    return found


def sensitivity_table(
    configs: Sequence[str], condition: str, plan: EvidencePlan, root: Path
) -> list[dict]:
    """UAR of some configs with the frames as they are, perturbed, and redrawn."""
    tests = ['plain', *plan.perturbations]
    if 'other_style' in plan.conditions[condition]:
        tests.append('other_style')
    return [
        {
            'config': config,
            **{
                test: spread_of(config, condition, plan, root, 'dfer/UAR', test)
                for test in tests
            },
        }
        for config in configs
    ]


def parts_table(
    config: str, condition: str, plan: EvidencePlan, root: Path
) -> dict[str, dict]:
    """Values of the parts after training: name -> ``start``, ``end`` (mean, spread),
    ``inert``.

    A part counts as inert if it was in every repeat.
    """
    found: dict[str, list[dict]] = {}
    for repeat in range(plan.repeats_of(condition)):
        folder = root / 'jobs' / Job(config, condition, repeat).name
        path = folder / 'parts.json'
        for name, part in json.loads(path.read_text(encoding='utf-8'))['parts'].items():
            found.setdefault(name, []).append(part)
    table = {}
    for name, parts in found.items():
        ends = [p['end'] for p in parts if isinstance(p.get('end'), int | float)]
        table[name] = dict(
            start=parts[0].get('start'),
            end=mean_and_spread(ends) if ends else None,
            change=mean_and_spread([p['change'] for p in parts]),
            inert=all(p['inert'] for p in parts),
        )
    return table
