"""Values of stretches as differences from what is usual of the same person."""

from collections.abc import Hashable, Sequence

import numpy as np

_FLAT = 1e-6  # a smaller spread is rounding


def scale_by_person(
    tables: Sequence[np.ndarray], people: Sequence[Hashable]
) -> list[np.ndarray]:
    """Takes a person's mean off each value, and divides by the person's spread.

    Mean and spread are over all stretches of the person in all tables, so a person
    should be heard in more than one mood. No label is looked at [paper: z-scores by
    speaker]. Where a value never varies, such as those of a single stretch, 0 is given.

    Args:
        tables: (S, 6) of each clip, see :func:`.stretches.as_table`; S may be 0.
        people: Who speaks in each clip.

    Returns:
        (S, 6) of each clip.
    """
    together: dict[Hashable, list[np.ndarray]] = {}
    for table, person in zip(tables, people, strict=True):
        together.setdefault(person, []).append(table)
    scales = {}
    for person, own in together.items():
        rows = np.concatenate(own)
        middle = rows.mean(0) if len(rows) else np.zeros(rows.shape[1])
        spread = rows.std(0) if len(rows) else np.zeros(rows.shape[1])
        scales[person] = middle, np.where(spread > _FLAT, spread, np.inf)
    return [
        (table - scales[person][0]) / scales[person][1]
        for table, person in zip(tables, people, strict=True)
    ]
