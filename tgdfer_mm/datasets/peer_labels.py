"""What the numbers of a list of others stand for, and by what evidence.

Nothing is guessed: the class that stands in a clip's path, the authors' own labels of
the same clips, the published counts of each class, or what the user has stated tells
the first number and the order of the classes. If nothing does, the list is refused.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from mmengine.logging import print_log

from ..labels.classes import load_classes, load_orders
from .peer_lists import PeerFormat, PeerRow, check_range, read_rows
from .published import list_counts
from .text_files import DataError, read_lines

if TYPE_CHECKING:
    from .dfer_dataset import DFERDataset

OWN = 'own'  # the name of the label set's own order
_MISSING = 0.01  # share of the clips that a list may lack and still show its order
_DATA_SETS = ('dfew', 'ferv39k', 'mafw')

Listed = list[tuple[PeerRow, str]]  # each row and the clip that its path names


@dataclass(frozen=True)
class Numbering:
    """What the numbers of a list stand for.

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
    """The class of a clip, and who says so."""

    name: str
    source: str


@dataclass(frozen=True)
class AuthorsList:
    """A list of the authors that lies next to the one of others."""

    subset: str
    fold: int | None
    path: Path
    classes: dict[str, str]

    def __str__(self) -> str:
        return f'{_which(self.subset, self.fold)}, {self.path}'


@dataclass(frozen=True)
class Reading:
    """How a list of others is read.

    Attributes:
        format: Its format.
        numbering: What its numbers stand for.
        evidence: Why.
        num_frames: The numbers of frames that it gives, by clip.
    """

    format: PeerFormat
    numbering: Numbering
    evidence: str
    num_frames: dict[str, int]

    @property
    def how(self) -> str:
        """Format, first number and order, in words."""
        return f'{self.format}: {self.numbering}'

    def __str__(self) -> str:
        return f'{self.how}, by {self.evidence}'


def read_list_of_others(
    dataset: 'DFERDataset', lines: Sequence[str]
) -> tuple[Reading, list[tuple[int, str, str]]] | None:
    """Reads a list in a format of others.

    Args:
        dataset: The data set whose `split_file` it is.
        lines: The lines of that file.

    Returns:
        How it is read; line number, clip and class of each row. None if it is in none
        of the formats.

    Raises:
        SplitFileError: A line does not fit the format, names no clip of this data
            set, or its label contradicts the evidence.
        DataError: The numbers could be in more than one order, or the list is another
            one than the subset and fold that are asked for.
    """
    found = read_rows(dataset.split_file, lines)
    if found is None:
        return None
    kind, rows = found
    listed = [(row, _clip(dataset, lines, row, kind)) for row in rows]
    if not listed:
        return None
    authors = list(_authors_lists(dataset))
    known = _known(dataset, listed, authors)
    numbering, evidence = _Decision(dataset, lines, listed, known, kind).decide()
    _check_subset(dataset, listed, authors)
    frames = {c: row.num_frames for row, c in listed if row.num_frames is not None}
    reading = Reading(kind, numbering, evidence, frames)
    print_log(
        f'{dataset.NAME}: {dataset.split_file} is read as {reading}.', logger='current'
    )
    return reading, [(row.line, c, numbering.names[row.label]) for row, c in listed]


def _clip(
    dataset: 'DFERDataset', lines: Sequence[str], row: PeerRow, kind: PeerFormat
) -> str:
    own = str(dataset.ALIASES)
    parts = row.path.lower().split('/')
    foreign = [name for name in _DATA_SETS if name in parts and own not in parts]
    match = dataset.PATH_OF_CLIP.fullmatch(row.path)
    clip = dataset.clip_of_path(match) if match else None
    if foreign:
        problem = f'the path is one of {foreign[0].upper()}, not of {dataset.NAME}'
    elif clip is None:
        problem = f'expected {kind.columns!r} with the path of a {dataset.NAME} clip'
    else:
        return clip
    raise dataset.bad_line(lines, row.line, problem)


# What is known of the clips.


def _authors_lists(dataset: 'DFERDataset') -> Iterator[AuthorsList]:
    """The authors' own lists that can be read, at the authors' own places."""
    folds = range(1, dataset.FOLDS + 1) if dataset.FOLDS else [None]
    for subset, fold in product(('train', 'test'), folds):
        twin = copy(dataset)
        twin.subset, twin.fold, twin._stated_base = subset, fold, None
        twin.split_file = Path(dataset.data_root) / twin.default_split_file()
        if not twin.split_file.is_file() or twin.split_file == dataset.split_file:
            continue
        lines = read_lines(twin.split_file, dataset.ENCODINGS)
        try:
            classes = {clip: name for _, clip, name in twin.read_split(lines)}
        except DataError:  # not as the authors wrote it, and so no evidence
            continue
        yield AuthorsList(subset, fold, twin.split_file, classes)


def _known(
    dataset: 'DFERDataset', listed: Listed, authors: list[AuthorsList]
) -> dict[str, Known]:
    known = {}
    for _, clip in listed:
        name = dataset.class_of_clip(clip)
        if name is not None:
            known[clip] = Known(name, 'the class in the path of each clip')
    if known:
        return known
    for each in authors:
        for clip, name in each.classes.items():
            known.setdefault(clip, Known(name, f"the authors' labels in {each.path}"))
    return {clip: known[clip] for _, clip in listed if clip in known}


def _check_subset(
    dataset: 'DFERDataset', listed: Listed, authors: list[AuthorsList]
) -> None:
    """Refuses a list of another subset or fold than the one that is asked for."""
    clips = {clip for _, clip in listed}
    asked = dataset.listed_as, dataset.fold
    own = [a for a in authors if (a.subset, a.fold) == asked]
    outside = clips - own[0].classes.keys() if own else set()
    if not outside:
        return
    for other in authors:
        if clips <= other.classes.keys():
            raise DataError(
                f"{dataset.split_file}: its clips are those of the authors' {other}, "
                f'but {_which(*asked)} is asked for. Name the list of that one with '
                'split_file.'
            )
    dataset.warn(
        f'{len(outside)} of the {len(clips)} clips in {dataset.split_file} are not in '
        f"the authors' {own[0]}, such as {min(outside)}: results on another split "
        'do not compare.'
    )


def _which(subset: str, fold: int | None) -> str:
    return f'{subset} list of fold {fold}' if fold else f'{subset} list'


# What the numbers stand for.


class _Decision:
    """The search for what the numbers of one list stand for."""

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
        fits = self._numberings(self.dataset.list_order, self.dataset._stated_base)
        if not fits:
            self._out_of_range()
        if self.header and self.dataset.list_order is None:
            fits = [n for n in fits if n.order == OWN]
        if self.known:
            numbering, source = self._by_known(fits)
            self._check_other_lists([numbering])
            return numbering, source
        self._check_counts(every, fits)
        if self.asked in self.published:
            by_counts = [n for n in fits if self._lacks(n, self.asked) is not None]
            if len(by_counts) == 1:
                lacks = self._lacks(by_counts[0], self.asked)
                less = f'; {lacks} clips are missing' if lacks else ''
                which = _which(*self.asked)
                return by_counts[0], (
                    f"the clips of each class, as many as in the authors' {which}{less}"
                )
        if len(fits) == 1 and self.dataset.list_order is not None:
            return fits[0], 'what was stated'
        if len(fits) == 1 and self.header:
            return fits[0], "the header, which is that of the authors' lists"
        raise self._undecided(fits)

    def _numberings(
        self, order: str | Sequence[str] | None, base: int | None
    ) -> list[Numbering]:
        """All in question: whose range holds the labels of the list."""
        orders = {name: load_classes(self.label_set, name) for name in self._others()}
        orders = {OWN: self.classes, **orders}
        if isinstance(order, str):
            if order not in orders:
                raise DataError(
                    f'list_order={order!r} is unknown for {self.dataset.NAME}, which '
                    f'has {list(orders)}; or give the names of all classes.'
                )
            orders = {order: orders[order]}
        elif order is not None:
            if sorted(order) != sorted(self.classes):
                raise DataError(
                    f'list_order={list(order)} has to name each class once: '
                    f'{list(self.classes)}.'
                )
            orders = {'stated': tuple(order)}
        return [
            Numbering(name, first, dict(enumerate(classes, first)))
            for name, classes in orders.items()
            for first in ((0, 1) if base is None else (base,))
            if self.counts.keys() <= set(range(first, first + len(classes)))
        ]

    def _others(self) -> list[str]:
        return load_orders(self.label_set)

    def _out_of_range(self) -> None:
        stated = self.dataset._stated_base
        base = min(1, *self.counts) if stated is None else stated
        rows = [row for row, _ in self.listed]
        path, size = self.dataset.split_file, len(self.classes)
        check_range(path, self.lines, rows, base, size)

    def _by_known(self, fits: list[Numbering]) -> tuple[Numbering, str]:
        """What agrees with every clip whose class is known."""
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
            mapping = {tuple(n.names[k] for k in self.counts) for n in agree}
            if len(mapping) == 1:
                return agree[0], source
            raise self._undecided(agree)
        own = self._own_numbering()
        stated = self.dataset.list_order, self.dataset._stated_base
        if own and stated == (None, None) and not self.header:
            return own, source
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
        """An order that nobody has named, if each number stands for one class."""
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
        """How many clips fewer than published; None if the counts do not fit."""
        wanted = self.published[where]
        lacking = [
            wanted[name] - self.counts[number]
            for number, name in numbering.names.items()
        ]
        few = sum(lacking) <= _MISSING * sum(wanted.values())
        return sum(lacking) if few and min(lacking) >= 0 else None

    def _check_counts(self, every: list[Numbering], fits: list[Numbering]) -> None:
        """Refuses the counts of another order than stated, or of another list."""
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
        """Refuses the counts of another list than the one that is asked for."""
        if self.asked not in self.published or any(
            self._lacks(n, self.asked) == 0 for n in numberings
        ):
            return
        for where in self.published:
            if any(self._lacks(n, where) == 0 for n in numberings):
                raise DataError(
                    f'{self.dataset.split_file}: the clips of each class are those of '
                    f"the authors' {_which(*where)}, but {_which(*self.asked)} is "
                    'asked for. Name the list of that one with split_file.'
                )

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
            f"what its labels stand for. The authors' lists are not in "
            f'{self.dataset.data_root}, and the clips of each label ({found}) do not '
            f"tell either: {known}. Put the authors' lists there, or set list_order "
            f'and label_base in the data set to what is true of this list:\n{choices}\n'
            'list_order may also be a list of all class names.'
        )
