"""Possible orders of the classes in lists of other projects."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..labels.classes import load_classes, load_orders
from .peer_lists import PeerRow
from .text_files import DataError

OWN = 'own'  # the name of the label set's own order

Listed = list[tuple[PeerRow, str]]  # each row and the clip that its path names


@dataclass(frozen=True)
class Numbering:
    """The class of each label number in a list.

    Attributes:
        order: Name of the order of the classes.
        base: The number of the first class.
        names: The class of each number.
    """

    order: str
    base: int
    names: dict[int, str]

    def __str__(self) -> str:
        words = ', '.join(f'{number} {name}' for number, name in self.names.items())
        return f'labels from {self.base} in the {self.order!r} order ({words})'


@dataclass(frozen=True)
class Known:
    """The class of a clip, and the source for it."""

    name: str
    source: str


def known_orders(
    label_set: str, order: str | Sequence[str] | None = None
) -> dict[str, tuple[str, ...]]:
    """The orders that the classes of a list may have, by name.

    Args:
        label_set: Name of the label set.
        order: The stated order, by its name or as the names of all classes.

    Raises:
        DataError: If there is no such order.
    """
    orders = {OWN: load_classes(label_set)}
    orders |= {name: load_classes(label_set, name) for name in load_orders(label_set)}
    if order is None:
        return orders
    if isinstance(order, str):
        if order not in orders:
            raise DataError(
                f'list_order={order!r} is unknown for these classes; give one of '
                f'{list(orders)}, or the names of all classes.'
            )
        return {order: orders[order]}
    if sorted(order) != sorted(orders[OWN]):
        raise DataError(
            f'list_order={list(order)} has to name each class once: '
            f'{list(orders[OWN])}.'
        )
    return {'stated': tuple(order)}


def which_list(subset: str, fold: int | None) -> str:
    """A list of the authors, in words."""
    return f'{subset} list of fold {fold}' if fold else f'{subset} list'
