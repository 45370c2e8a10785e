"""The class lists of the datasets, kept as JSON files in ``label_sets/``."""

import json
from pathlib import Path

_FOLDER = Path(__file__).parent / 'label_sets'


def load_classes(name: str) -> tuple[str, ...]:
    """Class names of a label set, in label order.

    Args:
        name: File name in ``label_sets/`` without its ending, e.g. ``'dfew'``.

    Raises:
        ValueError: There is no such label set.
    """
    path = _FOLDER / f'{name}.json'
    if not path.is_file():
        known = sorted(p.stem for p in _FOLDER.glob('*.json'))
        raise ValueError(f'Unknown label set {name!r}; there are {known}.')
    return tuple(json.loads(path.read_text(encoding='utf-8'))['classes'])
