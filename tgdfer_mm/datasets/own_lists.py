"""A user's clips in a list: a table of paths, labels, people and splits."""

import math
import os
import re
from collections.abc import Sequence
from pathlib import Path

from .own_clips import OwnClip, OwnData, name_of, plain, some, split_of
from .own_tree import unusable
from .peer_lists import has_numbers, read_peer_list
from .text_files import DataError, SplitFileError
from .text_tables import Row, read_rows

COLUMNS = {
    'path': ('path', 'file', 'filename', 'file_name', 'clip', 'video', 'filepath'),
    'label': ('label', 'labels', 'class', 'emotion', 'expression'),
    'person': ('person', 'subject', 'actor', 'speaker', 'participant', 'identity'),
    'split': ('split', 'subset', 'set', 'partition'),
    'source': ('source',),  # of `tgdfer data faces`: the video of a clip
}
_FORMS = {'soft': 'shares of classes', 'multi': 'several classes a clip'}
_SHARE = re.compile(r'(.+):\s*([0-9]*[.,]?[0-9]+)\s*')


def read_list(path: Path, classes: Sequence[str] | None = None) -> OwnData:
    """Reads a table with the columns ``path,label[,person][,split]``.

    A path is absolute or starts from the list's folder. A label is a class,
    ``happy``; shares, ``happy:0.7;sad:0.3`` (divided by their sum, so that votes will
    do); or several classes that all hold, ``happy;surprise``. In the place of `label`
    there may be a column of shares for each class.

    Without a header it may be a list as mmaction2 reads it, ``path label`` or
    ``path frames label``, with a number for the class.

    Args:
        path: A file that :func:`~tgdfer_mm.datasets.text_tables.read_rows` reads.

        classes: The classes in the order of the numbers, for a list that has numbers.

    Raises:
        SplitFileError: A row is wrong; names its line.
        DataError: No clip is left, or numbers stand for classes that are not known.
    """
    if path.suffix.lower() != '.xlsx' and has_numbers(path):
        return _read_numbers(path, classes)
    found = OwnData(path.parent, path)
    rows = iter(read_rows(path, found.remarks.append))
    header = next(rows, None)
    if header is None:
        raise DataError(f'{path} is empty: it has to list clips, see docs/own.md.')
    table = _Table(path, header)
    found.remarks += table.remarks
    seen: dict[str, Row] = {}
    forms: dict[str, int] = {}
    for row in rows:
        clip, form = table.read(row)
        first = seen.setdefault(os.path.realpath(clip.path), row)
        if first is not row:
            raise table.bad(
                row,
                f'the clip {clip.name} is already in line {first.line}'
                '. If it shows several classes, write them into one row (happy;sad)',
            )
        if form:
            forms.setdefault(form, row.line)
        why = unusable(clip.path)
        if why:
            for name in clip.labels:
                found.leave_out(why, name, f'{clip.name} (line {row.line})')
        else:
            found.clips.append(clip)
    if len(forms) > 1:
        places = ' and '.join(
            f'{_FORMS[form]} in line {n}' for form, n in forms.items()
        )
        raise DataError(
            f'{path} has {places}. Write either shares (happy:0.7;sad:0.3) or several '
            'classes (happy;sad) in the whole list.'
        )
    found.kind = next(iter(forms), 'single')
    if not found.clips:
        losses = ' '.join(found.losses()) or 'It lists none.'
        raise DataError(f'{path}: no clip can be used. {losses}')
    without = [c.name for c in found.clips if c.person is None]
    if table.has('person') and without:
        found.remarks.append(
            f'{path}: {len(without)} clips name no person ({some(without)}); each is '
            'taken for a person of its own.'
        )
    return found


def _read_numbers(path: Path, classes: Sequence[str] | None) -> OwnData:
    """Reads a list that has numbers for its classes."""
    if classes is None:
        raise DataError(
            f'{path} has numbers for its classes. Write the names of the classes, in '
            f'the order of the numbers, into {path.parent / "classes.json"}; or write '
            'names in the place of the numbers, under the header path,label.'
        )
    listed = read_peer_list(path, classes)
    found = OwnData(path.parent, path)
    found.remarks.append(
        f'{path} is read as {listed.format}: labels from {listed.label_base} are '
        f'{", ".join(classes)}, in this order.'
    )
    seen: dict[str, int] = {}
    for row in listed.rows:
        place, name = _find(path.parent, row.path), classes[row.label]
        first = seen.setdefault(os.path.realpath(place), row.line)
        if first != row.line:
            problem = f'this clip is already in line {first}'
            raise SplitFileError(path, row.line, row.path, problem)
        clip = name_of(place, path.parent)
        why = unusable(place)
        if why:
            found.leave_out(why, name, f'{clip} (line {row.line})')
            continue
        labels = {name: 1.0}
        found.clips.append(
            OwnClip(clip, place, not place.is_dir(), labels, line=row.line)
        )
    if not found.clips:
        raise DataError(f'{path}: no clip can be used. {" ".join(found.losses())}')
    return found


def _find(folder: Path, text: str) -> Path:
    """The file that is meant; backslashes of Windows count as slashes."""
    path = folder / Path(text).expanduser()
    other = folder / text.replace('\\', '/')
    path = other if not path.exists() and other.exists() else path
    return Path(os.path.normpath(path))


class _Table:
    """The columns of a list, and how a row of it is read."""

    def __init__(self, path: Path, header: Row) -> None:
        self.path, self.header = path, header
        self.remarks: list[str] = []
        names = [plain(cell) for cell in header.cells]
        self.places: dict[str, int] = {}
        for kind, known in COLUMNS.items():
            places = [i for i, name in enumerate(names) if name in known]
            exact = [i for i in places if names[i] == kind]
            if len(places) > 1 and len(exact) != 1:
                columns = [header.cells[i] for i in places]
                raise self.bad(header, f'the columns {columns} could all be the {kind}')
            if places:
                self.places[kind] = (exact or places)[0]
        if not self.has('path'):
            raise self.bad(
                header,
                'the first row has to name the columns, such as path,label,person,'
                f'split; a column of paths is called one of {list(COLUMNS["path"])}',
            )
        used = set(self.places.values())
        others = {i: c for i, c in enumerate(header.cells) if c and i not in used}
        self.classes = {} if self.has('label') else others
        if not self.has('label') and len(others) < 2:
            raise self.bad(
                header,
                'there is neither a column of labels nor one for each of several '
                f'classes; one of labels is called one of {list(COLUMNS["label"])}',
            )
        if self.has('label') and others:
            self.remarks.append(
                f'{path}: the columns {list(others.values())} are not read. One of '
                f'people is called one of {list(COLUMNS["person"])}, one of splits one '
                f'of {list(COLUMNS["split"])}.'
            )

    def has(self, kind: str) -> bool:
        """Whether there is a column of this kind."""
        return kind in self.places

    def bad(self, row: Row, problem: str) -> SplitFileError:
        """The error for a row."""
        return SplitFileError(self.path, row.line, ','.join(row.cells), problem)

    def read(self, row: Row) -> tuple[OwnClip, str | None]:
        """The clip of a row, and the form of its label if it is not one class."""
        if len(row.cells) > len(self.header.cells) and any(
            row.cells[len(self.header.cells) :]
        ):
            raise self.bad(
                row,
                f'there are {len(row.cells)} cells under {len(self.header.cells)} '
                'columns; put quotes around a cell that has the separator in it',
            )
        text = self.cell(row, 'path')
        if not text:
            raise self.bad(row, 'the path is missing')
        path = self.find(text)
        labels, form = self.labels(row)
        split = self.cell(row, 'split')
        if self.has('split') and split_of(split) is None:
            raise self.bad(row, f'split {split!r} is none of train, val and test')
        return OwnClip(
            name_of(path, self.path.parent),
            path,
            not path.is_dir(),
            labels,
            self.cell(row, 'person') or None,
            split_of(split) if self.has('split') else None,
            row.line,
            self.cell(row, 'source') or None,
        ), form

    def cell(self, row: Row, kind: str) -> str:
        """The text in a row's column of a kind; empty if there is none."""
        place = self.places.get(kind)
        return row.cells[place] if place is not None and place < len(row.cells) else ''

    def find(self, text: str) -> Path:
        """The file that is meant; backslashes of Windows count as slashes."""
        return _find(self.path.parent, text)

    def labels(self, row: Row) -> tuple[dict[str, float], str | None]:
        """The shares of the classes, and the form of the label."""
        if self.classes:
            shares = {
                name: self.share(row, i, name) for i, name in self.classes.items()
            }
            return self.of_sum_one(row, shares), 'soft'
        text = self.cell(row, 'label')
        parts = [part.strip() for part in text.split(';') if part.strip()]
        if not parts:
            raise self.bad(row, 'the label is missing')
        shares = [_SHARE.fullmatch(part) for part in parts]
        if any(shares):
            if not all(shares):
                raise self.bad(row, f'label {text!r} has a share of some classes only')
            names = [match[1].strip() for match in shares]
            values = [float(match[2].replace(',', '.')) for match in shares]
        else:
            names, values = parts, [1.0] * len(parts)
        if len(set(map(plain, names))) < len(names):
            raise self.bad(row, f'label {text!r} names a class twice')
        labels = dict(zip(names, values, strict=True))
        if any(shares):
            return self.of_sum_one(row, labels), 'soft'
        return labels, 'multi' if len(labels) > 1 else None

    def share(self, row: Row, place: int, name: str) -> float:
        """The number in the column of a class; an empty cell is 0."""
        text = row.cells[place] if place < len(row.cells) else ''
        try:
            value = float(text.replace(',', '.') or 0)
        except ValueError:
            value = -1.0
        if not 0 <= value < math.inf:
            raise self.bad(row, f'{text!r} in column {name!r} is no share of a class')
        return value

    def of_sum_one(self, row: Row, shares: dict[str, float]) -> dict[str, float]:
        """Shares divided by their sum, without those that are 0."""
        total = sum(shares.values())
        if not total:
            raise self.bad(row, 'all classes have a share of 0')
        return {name: value / total for name, value in shares.items() if value}


def find_list(root: Path, suffixes: Sequence[str]) -> Path | None:
    """The list ``clips.csv`` (or another ending) of a folder, if there is one.

    Raises:
        DataError: There are several.
    """
    there = [p for p in (root / f'clips{end}' for end in suffixes) if p.is_file()]
    if len(there) > 1:
        raise DataError(
            f'{root} has several lists of clips, {[p.name for p in there]}: give the '
            'one that is meant as the data.'
        )
    return there[0] if there else None
