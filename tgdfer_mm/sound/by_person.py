"""Scales values of stretches by the mean and the spread of each person."""

from collections.abc import Hashable, Sequence

import numpy as np

_FLAT = 1e-6  # a smaller spread comes from rounding


def scale_by_person(
    tables: Sequence[np.ndarray], people: Sequence[Hashable]
) -> list[np.ndarray]:
    """Subtracts a person's mean from each value, and divides by the person's spread.

    Mean and spread are over all stretches of the person in all tables, so the tables
    should have each person in more than one mood. No label is used [paper: z-scores by
    speaker]. If a value never varies, as with a single stretch, the result is 0.

    Args:
        tables: (S, 6) for each clip, see :func:`.stretches.as_table`; S may be 0.
        people: The person who speaks in each clip.

    Returns:
        (S, 6) for each clip.
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
