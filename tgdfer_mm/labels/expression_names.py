"""Names that different data sets and models have for one expression."""

import json
from functools import cache
from pathlib import Path


def same_expression(name: str) -> str:
    """The one name for an expression that has several: happiness is ``happy``.

    Args:
        name: As a data set or a model writes it.

    Returns:
        The name of ``expression_names.json``; an unknown one in lower case.
    """
    plain = name.strip().lower().replace('_', ' ')
    return _names().get(plain, plain)


@cache
def _names() -> dict[str, str]:
    path = Path(__file__).with_suffix('.json')
    table = json.loads(path.read_text(encoding='utf-8'))
    return {each: one for one, all_ in table.items() for each in all_}
