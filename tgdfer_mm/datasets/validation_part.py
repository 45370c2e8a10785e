"""The validation part of a training fold, in which neighbouring clips stay together."""

import re
from collections import defaultdict
from collections.abc import Hashable, Sequence

_NUMBER = re.compile(r'([0-9]+)$')


def clip_number(clip: str) -> int:
    """The number at the end of a clip's name.

    Raises:
        ValueError: If there is none.
    """
    match = _NUMBER.search(clip)
    if not match:
        raise ValueError(
            f'clip name {clip!r} does not end with a number; rename the clip'
        )
    return int(match[1])


def validation_clips(
    clips: Sequence[str], strata: Sequence[Hashable], share: float
) -> set[str]:
    """Chooses the clips of a training fold for validation.

    They are the clips with the highest numbers in each stratum [choice]. In DFEW,
    FERV39k and MAFW, clips of the same film have neighbouring numbers, so a block at
    the end of the numbers divides at most one film of each stratum; a random choice
    would divide nearly all films. Nothing is random here, and the order of the list has
    no influence.

    Args:
        clips: Names of the clips; each ends with a number.
        strata: Stratum of each clip, e.g. its class.
        share: Share of each stratum for validation, between 0 and 1. It is rounded to
            whole clips, but a stratum of two or more clips has at least one for
            validation and one for training.

    Returns:
        Names of the clips for validation.

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
