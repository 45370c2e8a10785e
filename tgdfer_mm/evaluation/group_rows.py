"""Rows with the metrics of groups of people, for logs, tables and pages."""

from collections.abc import Sequence

NUMBERS = ('UAR', 'WAR')
SCHEMA = 'tgdfer_mm.groups/1'  # of files with these rows


def group_rows(found: dict) -> list[list[str]]:
    """A row for each group: its name, people, clips, UAR and WAR with intervals.

    Args:
        found: The result of :func:`~tgdfer_mm.evaluation.group_scores.group_scores`.
    """
    return [
        [name, str(group['people']), str(group['clips'])]
        + [_show(group[n], group[f'{n}_interval']) for n in NUMBERS]
        for name, group in found['groups'].items()
    ]


def gap_rows(found: dict) -> list[list[str]]:
    """A row for each gap: the groups, and UAR and WAR of the first minus the second.

    Args:
        found: See :func:`group_rows`.
    """
    return [
        [f'{gap["first"]} less {gap["second"]}']
        + [_show(gap[n]['difference'], gap[n]['interval'], '+') for n in NUMBERS]
        for gap in found['gaps']
    ]


def group_lines(kind: str, found: dict) -> list[str]:
    """All rows and the remarks, as lines of text.

    Args:
        kind: Kind of group, such as ``'sex'``.
        found: See :func:`group_rows`.
    """
    lines = [
        f'{kind} {name}: UAR {uar}, WAR {war} ({people} people, {clips} clips)'
        for name, people, clips, uar, war in group_rows(found)
    ]
    lines += [f'{kind} {name}: UAR {u}, WAR {w}' for name, u, w in gap_rows(found)]
    return lines + list(found['remarks'])


def _show(value: float, interval: Sequence[float] | None, sign: str = '') -> str:
    text = f'{value:{sign}.2f}'
    if interval is None:
        return text
    low, high = interval
    return f'{text} [{low:{sign}.2f}, {high:{sign}.2f}]'
