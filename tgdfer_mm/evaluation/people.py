"""Who is in a clip, and to which groups of people they belong."""

from collections.abc import Mapping
from typing import Any

PERSON = ('person', 'actor')  # where a sample may name who is in its clip
GROUPS = ('sex', 'age_group')  # what samples of our data sets say about that person
NOT_KNOWN = 'not known'


def person_of(sample: Mapping[str, Any]) -> str | None:
    """Who is in a clip; None if the data set does not say.

    Args:
        sample: A data sample as a dict.
    """
    for key in PERSON:
        if sample.get(key):
            return str(sample[key])
    return None


def groups_of(sample: Mapping[str, Any]) -> dict[str, str]:
    """What is known about the person in a clip, e.g. ``{'sex': 'female'}``.

    Args:
        sample: A data sample as a dict.
    """
    return {key: str(sample[key]) for key in GROUPS if sample.get(key)}
