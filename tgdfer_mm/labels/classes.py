"""The class lists of the data sets: JSON files in ``label_sets/``, or a user's own."""

import json
from functools import cache
from pathlib import Path

from ..files import parse_json

_FOLDER = Path(__file__).parent / 'label_sets'


class LabelSetError(ValueError):
    """A list of classes that cannot be used."""

    exit_code = 2  # of a command


def load_classes(
    name: str, order: str | None = None, near: str | Path | None = None
) -> tuple[str, ...]:
    """Class names of a label set, in label order.

    Args:
        name: File name in ``label_sets/`` without its ending, e.g. ``'dfew'``; or path
            of a JSON file of the same form, whose ``classes`` are a list of names, or
            an object from names to their texts.
        order: One of the other orders that the file names, e.g. ``'alphabetical'``;
            None means the file's own.
        near: The file that names this one: a relative path starts from its folder, by
            default from the current one.

    Raises:
        LabelSetError: There is no such label set, it is malformed, or there is no such
            order of it.
    """
    label_set = _find(name, near)
    if order is None:
        return tuple(label_set['classes'])
    orders = label_set.get('orders', {})
    if order not in orders:
        raise LabelSetError(
            f'label_order={order!r} is unknown for label set {name!r}, which has '
            f'{sorted(orders)}; leave it out for {list(label_set["classes"])}.'
        )
    return tuple(orders[order])


def is_path(name: str | Path) -> bool:
    """True if a label set, or a file of texts, is named by its path."""
    return isinstance(name, Path) or name.endswith('.json') or '/' in name


def found_near(path: str | Path, near: str | Path | None) -> Path:
    """A path that may be relative to the folder of the file that names it."""
    path = Path(path).expanduser()
    return path if near is None else Path(near).parent / path


def load_orders(name: str) -> list[str]:
    """Names of the other orders of a label set's classes that are in use."""
    return list(_find(name, None).get('orders', {}))


def _find(name: str, near: str | Path | None) -> dict:
    return _read_own(found_near(name, near)) if is_path(name) else _load(name)


@cache
def _load(name: str) -> dict:
    path = _FOLDER / f'{name}.json'
    if not path.is_file():
        known = sorted(p.stem for p in _FOLDER.glob('*.json'))
        raise LabelSetError(
            f'Unknown label set {name!r}; there are {known}. One of your own is named '
            'by its path, such as my_classes.json.'
        )
    return json.loads(path.read_text(encoding='utf-8'))


def _read_own(path: Path) -> dict:
    if not path.is_file():
        raise LabelSetError(f'{path}: there is no such file, which lists the classes.')
    try:
        found = parse_json(path.read_text(encoding='utf-8-sig'))
    except ValueError as error:
        raise LabelSetError(f'{path} is no JSON: {error}.') from error
    classes = found.get('classes') if isinstance(found, dict) else None
    if not isinstance(classes, list | dict) or not all(map(_is_name, classes)):
        raise LabelSetError(
            f'{path}: "classes" has to be a list of names, or an object from names to '
            'their texts.'
        )
    if len(set(classes)) < max(len(classes), 2):
        raise LabelSetError(
            f'{path}: there have to be two classes or more, each once, not '
            f'{list(classes)}.'
        )
    orders = found.get('orders', {})
    if not isinstance(orders, dict) or any(
        not isinstance(each, list) or sorted(map(str, each)) != sorted(classes)
        for each in orders.values()
    ):
        raise LabelSetError(f'{path}: each of its "orders" has to list all classes.')
    return found


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value.strip() == value != ''
