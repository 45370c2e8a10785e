"""The class lists of the datasets, kept as JSON files in ``label_sets/``."""

import json
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / 'label_sets'


def load_classes(name: str, order: str | None = None) -> tuple[str, ...]:
    """Class names of a label set, in label order.

    Args:
        name: File name in ``label_sets/`` without its ending, e.g. ``'dfew'``.
        order: One of the other orders that the file names, e.g. ``'alphabetical'``;
            None means the file's own.

    Raises:
        ValueError: There is no such label set, or no such order of it.
    """
    label_set = _load(name)
    if order is None:
        return tuple(label_set['classes'])
    orders = label_set.get('orders', {})
    if order not in orders:
        raise ValueError(
            f'label_order={order!r} is unknown for label set {name!r}, which has '
            f'{sorted(orders)}; leave it out for {label_set["classes"]}.'
        )
    return tuple(orders[order])


@cache
def _load(name: str) -> dict:
    path = _FOLDER / f'{name}.json'
    if not path.is_file():
        known = sorted(p.stem for p in _FOLDER.glob('*.json'))
        raise ValueError(f'Unknown label set {name!r}; there are {known}.')
    return json.loads(path.read_text(encoding='utf-8'))


def load_orders(name: str) -> list[str]:
    """Names of the other orders of a label set's classes that are in use."""
    return list(_load(name).get('orders', {}))
