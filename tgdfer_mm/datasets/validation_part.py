"""The validation part of a training fold, cut so that neighbours stay together."""

import re
from collections import defaultdict
from collections.abc import Hashable, Sequence

_NUMBER = re.compile(r'([0-9]+)$')


def clip_number(clip: str) -> int:
    """The number that a clip's name ends with.

    Raises:
        ValueError: There is none.
    """
    match = _NUMBER.search(clip)
    if not match:
        raise ValueError(f'clip name {clip!r} does not end with a number')
    return int(match[1])


def validation_clips(
    clips: Sequence[str], strata: Sequence[Hashable], share: float
) -> set[str]:
    """Chooses the clips of a training fold that validate.

    Of each stratum, the clips with the highest numbers [choice]. Clips of one film
    have neighbouring numbers in DFEW, FERV39k and MAFW, so a block at the end of the
    numbers separates at most one film of each stratum; clips drawn at random would
    separate nearly all. Nothing is random here, and the order of the list has no
    influence.

    Args:
        clips: Names of the clips; each ends with a number.
        strata: What each clip is stratified by, e.g. its class.
        share: Share of each stratum that validates, between 0 and 1. It is rounded to
            whole clips, but at least one clip of two or more validates and at least
            one trains.

    Returns:
        Names of the clips that validate.

    Raises:
        ValueError: `share` is out of range, a name ends with no number, or no stratum
            has two clips.
    """
    if not 0 < share < 1:
        raise ValueError(f'the validation part must be between 0 and 1, not {share}.')
    groups = defaultdict(list)
    for clip, stratum in zip(clips, strata, strict=True):
        groups[stratum].append(clip)
    chosen = set()
    for group in groups.values():
        group.sort(key=clip_number)
        size = min(max(int(len(group) * share + 0.5), 1), len(group) - 1)
        chosen.update(group[len(group) - size :])
    if not chosen:
        raise ValueError(
            f'the validation part is empty: none of the {len(groups)} classes has two '
            'clips.'
        )
    return chosen
