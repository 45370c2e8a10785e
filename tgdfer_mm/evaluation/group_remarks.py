"""Remarks on the metrics of groups of people, as sentences."""

from .people import NOT_KNOWN

FEW = 10  # people; with fewer an interval says little [choice]


def group_remarks(
    kind: str, groups: dict, gaps: list[dict], num_classes: int
) -> list[str]:
    """Names small and unknown groups, missing classes, and missing gaps.

    Args:
        kind: Kind of group, such as ``'sex'``.
        groups: See :func:`~tgdfer_mm.evaluation.group_scores.group_scores`.
        gaps: See there.
        num_classes: Number of classes K.

    Returns:
        Whole sentences.
    """
    said = []
    for name, group in groups.items():
        people, clips = group['people'], group['clips']
        called = f'{kind} {name!r}'
        if name == NOT_KNOWN:
            said.append(
                f'{kind} is not known for {_many(people, "person", "people")} with '
                f'{_many(clips, "clip", "clips")}, so they are in no gap.'
            )
        elif people == 1:
            said.append(
                f'{called} is a single person ({clips} clips): its numbers describe '
                'only that person, and have no interval.'
            )
        elif people < FEW:
            said.append(
                f'{called} has only {people} people: its numbers say little about '
                'other people, and its intervals may be too narrow.'
            )
        if group['absent']:
            said.append(
                f'{called} has no clip of {", ".join(group["absent"])}: its UAR is the '
                f'mean over the other {num_classes - len(group["absent"])} classes.'
            )
    known = [name for name in groups if name != NOT_KNOWN]
    if len(known) == 1:
        said.append(f'{kind}: all known people are {known[0]!r}, so there is no gap.')
    for gap in gaps:
        had = [set(groups[gap[side]]['absent']) for side in ('first', 'second')]
        if had[0] != had[1]:
            said.append(
                f'the gap between {gap["first"]!r} and {gap["second"]!r} is over the '
                f'classes that both have: {", ".join(gap["classes"])}.'
            )
    missing = len(known) * (len(known) - 1) // 2 - len(gaps)
    if missing:
        said.append(
            f'{kind}: {_many(missing, "pair", "pairs")} of groups have no class in '
            'common, so they have no gap.'
        )
    if len(gaps) > 1:
        said.append(
            f'{kind}: {len(gaps)} gaps are shown. If there is no true gap, about one '
            'interval in twenty still excludes 0 by chance.'
        )
    return said


def _many(number: int, one: str, more: str) -> str:
    return f'{number} {one if number == 1 else more}'
