"""Reads lists of other projects instead of the authors' lists."""

import re
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from .peer_labels import decide
from .peer_lists import PeerFormat, PeerRow, read_rows
from .peer_orders import Known, Listed, Numbering, which_list
from .text_files import DataError, read_lines

if TYPE_CHECKING:
    from .dfer_dataset import DFERDataset

_DATA_SETS = ('dfew', 'ferv39k', 'mafw')
_FOLD = re.compile(r'(?:set|split|fold)[_-]?0*([0-9]+)')


@dataclass(frozen=True)
class AuthorsList:
    """A list of the authors next to the list of another project."""

    subset: str
    fold: int | None
    path: Path
    classes: dict[str, str]

    def __str__(self) -> str:
        return f'{which_list(self.subset, self.fold)}, {self.path}'


@dataclass(frozen=True)
class Reading:
    """The interpretation of another project's list.

    Attributes:
        format: Its format.
        numbering: Meaning of its label numbers.
        evidence: Evidence for this numbering, in words.
        num_frames: The numbers of frames in the list, by clip.
    """

    format: PeerFormat
    numbering: Numbering
    evidence: str
    num_frames: dict[str, int]

    @property
    def how(self) -> str:
        """Format, first number and order of the classes, in words."""
        return f'{self.format}: {self.numbering}'

    def __str__(self) -> str:
        return f'{self.how}, by {self.evidence}'


def read_list_of_others(
    dataset: 'DFERDataset', lines: Sequence[str]
) -> tuple[Reading, list[tuple[int, str, str]]] | None:
    """Reads a list in a format of other projects.

    Args:
        dataset: The data set whose `split_file` it is.
        lines: The lines of that file.

    Returns:
        Its interpretation; line number, clip and class of each row. None if the list
        has none of the formats.

    Raises:
        SplitFileError: If a line does not fit the format, names no clip of this data
            set, or its label contradicts the evidence.
        DataError: If the numbers could have more than one order, or the list is of
            another subset or fold than the requested one.
    """
    found = read_rows(dataset.split_file, lines)
    if found is None:
        return None
    kind, rows = found
    listed = [(row, _clip(dataset, lines, row, kind)) for row in rows]
    if not listed:
        return None
    first: dict[str, int] = {}
    for row, clip in listed:
        if first.setdefault(clip, row.line) != row.line:
            problem = f'clip {clip} is already in line {first[clip]}'
            raise dataset.bad_line(lines, row.line, problem)
    authors = list(_authors_lists(dataset))
    known = _known(dataset, listed, authors)
    numbering, evidence = decide(dataset, lines, listed, known, kind)
    _check_subset(dataset, listed, authors)
    frames = {c: row.num_frames for row, c in listed if row.num_frames is not None}
    reading = Reading(kind, numbering, evidence, frames)
    dataset.say(f'{dataset.NAME}: {dataset.split_file} is read as {reading}.')
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


def describe_other_lengths(dataset: 'DFERDataset', entries: list[dict]) -> str | None:
    """Compares the numbers of frames on the disk with those in the list.

    Args:
        dataset: The data set, whose clips are open.
        entries: Its clips.

    Returns:
        A sentence that names the first such clip and its line; None if there is none.
    """
    said = dataset.reading.num_frames if dataset.reading else {}
    if not said or dataset.media != 'frames':
        return None
    other = []
    for entry in entries:
        clip = entry['clip']
        there = dataset.clips.num_frames(dataset.media_name(clip))
        if there and there != said[clip]:
            other.append((clip, entry['line'], there))
    if not other:
        return None
    clip, line, there = other[0]
    return (
        f'{len(other)} of the {len(entries)} clips in {dataset.split_file} have '
        f'another number of frames there than on the disk. The first is clip {clip}, '
        f'line {line}: {said[clip]} in the list, {there} in {dataset.media_dir}. The '
        'frames on the disk are used; the list may be of another pixel version.'
    )


# Evidence from the clips.


def _authors_lists(dataset: 'DFERDataset') -> Iterator[AuthorsList]:
    """The authors' own lists at their own places, as far as they can be read."""
    folds = range(1, dataset.FOLDS + 1) if dataset.FOLDS else [None]
    for subset, fold in product(('train', 'test'), folds):
        twin = copy(dataset)
        twin.subset, twin.fold, twin.stated_base = subset, fold, None
        twin.split_file = Path(dataset.data_root) / twin.default_split_file()
        if not twin.split_file.is_file() or twin.split_file == dataset.split_file:
            continue
        try:
            lines = read_lines(twin.split_file, dataset.ENCODINGS)
            classes = {clip: name for _, clip, name in twin.read_split(lines)}
        except DataError:  # not in the authors' form, and so no evidence
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
    """Refuses a list of another subset or fold than the requested one."""
    hints = _FOLD.findall('/'.join(dataset.split_file.parts[-2:]).lower())
    if dataset.fold and hints and int(hints[-1]) != dataset.fold:
        dataset.warn(
            f'{dataset.split_file} has {hints[-1]} in its name, but fold '
            f'{dataset.fold} is asked for.'
        )
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
                f'but {which_list(*asked)} is asked for. Set split_file to that list.'
            )
    dataset.warn(
        f'{len(outside)} of the {len(clips)} clips in {dataset.split_file} are not in '
        f"the authors' {own[0]}, such as {min(outside)}: results on another split "
        'cannot be compared.'
    )
