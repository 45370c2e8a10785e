"""Orders of classes in checkpoints and configs, matched by name."""

from collections.abc import Sequence

from ..labels.classes import load_classes
from .errors import ConvertError


def parse_order(text: str) -> tuple[str, ...]:
    """The classes of an order as given on a command line.

    Args:
        text: A label set such as ``mafw``, one of its other orders such as
            ``mafw:alphabetical``, or the classes' names with commas between them.

    Raises:
        ValueError: If there is no such label set, or no such order of it.
    """
    if ',' in text:
        return tuple(name.strip() for name in text.split(','))
    label_set, _, order = text.partition(':')
    try:
        return load_classes(label_set, order or None)
    except ValueError as error:
        raise ConvertError(f'--classes {text}: {error}') from error


def places(theirs: Sequence[str], ours: Sequence[str]) -> list[int]:
    """The place of each of our classes in another order.

    Raises:
        ValueError: If the orders do not have the same classes, each once.
    """
    if sorted(theirs) != sorted(ours) or len(set(theirs)) != len(theirs):
        raise ConvertError(
            f'the classes of the checkpoint {tuple(theirs)} are not those of the '
            f'config {tuple(ours)}; give their order with --classes, in the names of '
            'the config'
        )
    return [theirs.index(name) for name in ours]
