"""The person in a clip, and the groups of that person."""

from collections.abc import Mapping
from typing import Any

PERSON = ('person', 'actor')  # fields of a sample that may name the person in its clip
GROUPS = ('sex', 'age_group')  # facts about that person in samples of our data sets
NOT_KNOWN = 'not known'


def person_of(sample: Mapping[str, Any]) -> str | None:
    """The person in a clip; None if the data set does not state it.

    Args:
        sample: A data sample as a dict.
    """
    for key in PERSON:
        if sample.get(key):
            return str(sample[key])
    return None


def groups_of(sample: Mapping[str, Any]) -> dict[str, str]:
    """The known facts about the person in a clip, e.g. ``{'sex': 'female'}``.

    Args:
        sample: A data sample as a dict.
    """
    return {key: str(sample[key]) for key in GROUPS if sample.get(key)}
