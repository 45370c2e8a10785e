"""Finds the classes of the label numbers in another project's list, by evidence.

Nothing is guessed. The evidence for the first number and the order of the classes is
one of these: the class in a clip's path, the authors' own labels of the same clips, the
published counts of each class, or the user's statement. Without evidence the list is
refused.
"""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..labels.classes import load_classes
from .peer_lists import PeerFormat, check_range
from .peer_orders import OWN, Known, Listed, Numbering, known_orders, which_list
from .published import list_counts
from .text_files import DataError

if TYPE_CHECKING:
    from .dfer_dataset import DFERDataset

_MISSING = 0.01  # largest share of missing clips at which counts are evidence


def decide(
    dataset: 'DFERDataset',
    lines: Sequence[str],
    listed: Listed,
    known: dict[str, Known],
    kind: PeerFormat,
) -> tuple[Numbering, str]:
    """Finds the classes of the label numbers in a list.

    Args:
        dataset: The data set of the list.
        lines: The lines of the list.
        listed: Rows of the list.
        known: The clips whose class is known.
        kind: Format of the list.

    Returns:
        The numbering, and the evidence for it in words.

    Raises:
        SplitFileError: If a label contradicts the evidence, or is out of range.
        DataError: If there is no evidence, or it belongs to another list.
    """
    return _Decision(dataset, lines, listed, known, kind).decide()


class _Decision:
    """The search for the classes of the numbers in one list."""

    def __init__(
        self,
        dataset: 'DFERDataset',
        lines: Sequence[str],
        listed: Listed,
        known: dict[str, Known],
        kind: PeerFormat,
    ) -> None:
        self.dataset, self.lines, self.kind = dataset, lines, kind
        self.listed, self.known = listed, known
        self.label_set = dataset.listed_label_set
        self.classes = load_classes(self.label_set)
        self.counts = Counter(row.label for row, _ in listed)
        self.published = {}
        if dataset.ALIASES:
            setting = dataset.split_fields().get('setting', 'single')
            self.published = {
                where: dict(zip(self.classes, numbers, strict=True))
                for where, numbers in list_counts(dataset.ALIASES, setting).items()
                if len(numbers) == len(self.classes)
            }
        self.asked = dataset.listed_as, dataset.fold
        self.header = dataset.header_says_order(list(lines))

    def decide(self) -> tuple[Numbering, str]:
        """The numbering and the evidence for it."""
        every = self._numberings(None, None)
        fits = self._numberings(self.dataset.list_order, self.dataset.stated_base)
        if not fits:
            self._out_of_range()
        if self.header and self.dataset.list_order is None:
            fits = [n for n in fits if n.order == OWN]
        if self.known:
            fits, source = self._by_known(fits)
            if len(fits) == 1:
                self._check_other_lists(fits)
                return fits[0], source
        self._check_counts(every, fits)
        if self.asked in self.published:
            by_counts = [n for n in fits if self._lacks(n, self.asked) is not None]
            if len(by_counts) == 1:
                lacks = self._lacks(by_counts[0], self.asked)
                less = f'; {lacks} clips are missing' if lacks else ''
                return by_counts[0], (
                    "the clips of each class, as many as in the authors' "
                    f'{self._equal_lists()}{less}'
                )
        if len(fits) == 1 and self.dataset.list_order is not None:
            return fits[0], 'what was stated'
        if len(fits) == 1 and self.header:
            return fits[0], "the header, which is that of the authors' lists"
        raise self._undecided(fits)

    def _numberings(
        self, order: str | Sequence[str] | None, base: int | None
    ) -> list[Numbering]:
        """All candidates: numberings whose range contains the labels of the list."""
        orders = known_orders(self.label_set, order)
        return [
            Numbering(name, first, dict(enumerate(classes, first)))
            for name, classes in orders.items()
            for first in ((0, 1) if base is None else (base,))
            if self.counts.keys() <= set(range(first, first + len(classes)))
        ]

    def _out_of_range(self) -> None:
        stated = self.dataset.stated_base
        base = min(1, *self.counts) if stated is None else stated
        rows = [row for row, _ in self.listed]
        path, size = self.dataset.split_file, len(self.classes)
        check_range(path, self.lines, rows, base, size)

    def _by_known(self, fits: list[Numbering]) -> tuple[list[Numbering], str]:
        """The candidates that agree with all known classes, without duplicates."""
        wrong = {
            i: [
                (row, self.known[clip])
                for row, clip in self.listed
                if clip in self.known and n.names[row.label] != self.known[clip].name
            ]
            for i, n in enumerate(fits)
        }
        best = min(wrong, key=lambda i: len(wrong[i]))
        source = next(iter(self.known.values())).source
        missing = len(self.listed) - len(self.known)
        if missing:
            source += f' ({missing} of the {len(self.listed)} clips are not there)'
        if not wrong[best]:
            agree = [fits[i] for i in wrong if not wrong[i]]
            alike = {tuple(n.names[k] for k in self.counts) for n in agree}
            return agree[:1] if len(alike) == 1 else agree, source
        own = self._own_numbering()
        stated = self.dataset.list_order, self.dataset.stated_base
        if own and stated == (None, None) and not self.header:
            return [own], source
        row, known = wrong[best][0]
        raise self.dataset.bad_line(
            self.lines,
            row.line,
            f'label {row.label} is {fits[best].names[row.label]!r} in the '
            f'{fits[best].order!r} order from {fits[best].base}, but the clip is '
            f'{known.name!r} by {known.source}; {len(wrong[best])} of the '
            f'{len(self.known)} clips differ in this way',
        )

    def _own_numbering(self) -> Numbering | None:
        """An unnamed order, if each number belongs to one class."""
        pairs = {
            (row.label, self.known[clip].name)
            for row, clip in self.listed
            if clip in self.known
        }
        names = dict(pairs)
        size = len(self.classes)
        if not len(pairs) == len(names) == len(set(names.values())) == size:
            return None
        return Numbering("list's own", min(names), dict(sorted(names.items())))

    def _lacks(self, numbering: Numbering, where: tuple[str, int | None]) -> int | None:
        """Number of clips missing from the published counts; None if they differ."""
        wanted = self.published[where]
        lacking = [
            wanted[name] - self.counts[number]
            for number, name in numbering.names.items()
        ]
        few = sum(lacking) <= _MISSING * sum(wanted.values())
        return sum(lacking) if few and min(lacking) >= 0 else None

    def _check_counts(self, every: list[Numbering], fits: list[Numbering]) -> None:
        """Refuses counts of another order than the stated one, or of another list."""
        if self.asked not in self.published:
            return
        if any(self._lacks(n, self.asked) == 0 for n in fits):
            return
        for numbering in every:
            if self._lacks(numbering, self.asked) == 0:
                raise DataError(
                    f'{self.dataset.split_file}: the clips of each class are those of '
                    f'{numbering}. Correct list_order and label_base, or leave them '
                    'out.'
                )
        self._check_other_lists(every)

    def _check_other_lists(self, numberings: list[Numbering]) -> None:
        """Refuses counts of another list than the requested one."""
        if self.asked not in self.published or any(
            self._lacks(n, self.asked) == 0 for n in numberings
        ):
            return
        for where in self.published:
            if any(self._lacks(n, where) == 0 for n in numberings):
                raise DataError(
                    f'{self.dataset.split_file}: the clips of each class are those of '
                    f"the authors' {which_list(*where)}, but "
                    f'{which_list(*self.asked)} is asked for. Name the list of that '
                    'one with split_file.'
                )

    def _equal_lists(self) -> str:
        """The requested list, and those with the same counts."""
        wanted = self.published[self.asked]
        same = [w for w, n in self.published.items() if n == wanted and w != self.asked]
        names = [which_list(*where) for where in (self.asked, *same)]
        also = f' (and in the {" and the ".join(names[1:])})' if same else ''
        return f'{names[0]}{also}'

    def _undecided(self, fits: list[Numbering]) -> DataError:
        found = ', '.join(f'{k}: {self.counts[k]}' for k in sorted(self.counts))
        wanted = self.published.get(self.asked)
        known = (
            f'the published ones are {", ".join(f"{k} {n}" for k, n in wanted.items())}'
            if wanted
            else 'none are published for it'
        )
        choices = '\n'.join(
            f'  list_order={n.order!r}, label_base={n.base}: '
            + ', '.join(f'{k} {name}' for k, name in n.names.items())
            for n in fits
        )
        return DataError(
            f'{self.dataset.split_file} is a list {self.kind}, but it does not show '
            'the classes of its label numbers. No list of the authors in '
            f'{self.dataset.data_root} shows them, and the clips of each label '
            f"({found}) do not either: {known}. Put the authors' lists there, or set "
            f'list_order and label_base in the data set to one of these:\n{choices}\n'
            'list_order may also be a list of all class names.'
        )
