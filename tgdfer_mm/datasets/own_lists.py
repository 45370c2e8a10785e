"""A user's list of clips: a table of paths, labels, people and splits."""

import math
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from .list_table import COLUMNS, ListTable
from .own_clips import OwnClip, OwnData, name_of, plain, split_of
from .own_numbers import Numbers, read_numbers
from .own_tree import unusable
from .text_files import DataError, some
from .text_tables import Row

_FORMS = {'soft': 'shares of classes', 'multi': 'several classes a clip'}
Listed = tuple[OwnClip, str | None]  # and the form of a label, if it is not one class
_SHARE = re.compile(r'([^:]+):\s*([0-9]*[.,]?[0-9]+)\s*')
# Text that was meant as a share is not a class. A name may have a colon.
_NO_SHARE = re.compile(r':\s*([-+.,]?[0-9]|nan\b|[-+]?inf)', re.IGNORECASE)
_SHEET_ERRORS = ('#n/a', '#ref!', '#value!', '#name?', '#div/0!', '#null!', '#num!')


def read_list(path: Path, classes: Sequence[str] | None = None) -> OwnData:
    """Reads a table with the columns ``path,label[,person][,split]``.

    A path is absolute or starts from the list's folder. A label is a class, ``happy``;
    shares, ``happy:0.7;sad:0.3`` (divided by their sum, so that votes will do); or
    several classes, ``happy;surprise``. Instead of `label`, there may be a column of
    shares for each class.

    Without a header, the list may have the form of mmaction2, ``path label`` or ``path
    frames label``, with a number for the class.

    Args:
        path: A file that :func:`~tgdfer_mm.datasets.text_tables.read_rows` reads.
        classes: The classes in the order of the label numbers, for a list with numbers.

    Raises:
        SplitFileError: If a row is wrong; the message names its line.
        DataError: If no clip can be used, or the classes of label numbers are not
            known.
    """
    found = OwnData(path.parent, path)
    numbers = None if path.suffix.lower() == '.xlsx' else read_numbers(path, classes)
    if numbers is None:
        clips = _of_table(ListTable(path, found.remarks.append), found)
    else:
        clips = _of_numbers(numbers, classes, found)
    seen: dict[str, int] = {}
    forms: dict[str, int] = {}
    for clip, form in clips:
        first = seen.setdefault(os.path.realpath(clip.path), clip.line)
        if first != clip.line:
            raise DataError(
                f'{path}, line {clip.line}: the clip {clip.name} is already in line '
                f'{first}. Remove one row; if the clip shows several classes, write '
                'them into one row (happy;sad).'
            )
        if form:
            forms.setdefault(form, clip.line)
        why = unusable(clip.path)
        if why:
            found.leave_out(why, clip.main_class, f'{clip.name} (line {clip.line})')
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
    found.remarks += _joined(path, found)
    if not found.clips:
        losses = ' '.join(found.losses()) or 'It lists none.'
        raise DataError(f'{path}: no clip can be used. {losses}')
    without = [c.name for c in found.clips if c.person is None]
    if 0 < len(without) < len(found.clips):
        found.remarks.append(
            f'{path}: {len(without)} clips name no person ({some(without, 5)}); '
            'each is taken for a person of its own.'
        )
    return found


def _joined(path: Path, found: OwnData) -> list[str]:
    """Adds a remark about classes that look like several others."""
    names = {name for clip in found.clips for name in clip.labels}
    known = set(map(plain, names))
    joined = [
        name
        for name in sorted(names)
        if len(parts := re.split(r'[,|/+&]', name)) > 1
        and all(plain(part) in known for part in parts)
    ]
    if not joined:
        return []
    return [
        f'{path}: {joined} are read as classes of their own. Separate several classes '
        'of one clip by semicolons (happy;sad).'
    ]


def _of_numbers(
    listed: Numbers, classes: Sequence[str], found: OwnData
) -> Iterator[Listed]:
    """The clips of a list with numbers for the classes."""
    found.remarks.append(
        f'{found.source} is read as {listed.format}: labels from {listed.label_base} '
        f'are {", ".join(classes)}, in this order.'
    )
    for row in listed.rows:
        labels = {classes[row.label]: 1.0}
        yield _clip(found.source, row.path, labels, line=row.line), None


def _of_table(table: ListTable, found: OwnData) -> Iterator[Listed]:
    """The clips of a list with a header."""
    classes = _class_columns(table, found)
    for row in table.rows():
        labels, form = _labels(table, row, classes)
        split = None
        if 'split' in table.places:
            word = table.cell(row, 'split')
            split = split_of(word)
            if split is None:
                raise table.bad(row, f'split {word!r} must be train, val or test')
        yield (
            _clip(
                table.path,
                table.cell(row, 'path'),
                labels,
                person=table.cell(row, 'person') or None,
                split=split,
                line=row.line,
                source=table.cell(row, 'source') or None,
            ),
            form,
        )


def _clip(listed: Path, text: str, labels: dict[str, float], **known) -> OwnClip:
    """The clip at a path in a list; backslashes of Windows count as slashes."""
    folder = listed.parent
    path = folder / os.path.expanduser(text)
    other = folder / text.replace('\\', '/')
    # Unlike methods of Path, these also work for text that cannot be a path.
    path = other if not os.path.exists(path) and os.path.exists(other) else path
    path = Path(os.path.normpath(path))
    video = not os.path.isdir(path)
    return OwnClip(name_of(path, folder), path, video, labels, **known)


def _class_columns(table: ListTable, found: OwnData) -> dict[int, str]:
    """The columns with the shares of the classes; none if there are labels."""
    others, path = table.others, table.path
    if 'label' not in table.places:
        if len(others) < 2:
            raise table.bad(
                table.header,
                'there is neither a column of labels nor one for each of several '
                'classes; name a column of labels with one of '
                f'{list(COLUMNS["label"])}',
            )
        if len(set(map(plain, others.values()))) < len(others):
            raise table.bad(
                table.header, 'two of the columns have the same name; rename one'
            )
        found.remarks.append(
            f'{path}: the columns {list(others.values())} are read as the shares of '
            'classes. Remove those that are not.'
        )
        return others
    if others:
        found.remarks.append(
            f'{path}: the columns {list(others.values())} are not read. A column of '
            f'people has to have one of the names {list(COLUMNS["person"])}, one of '
            f'splits one of {list(COLUMNS["split"])}.'
        )
    return {}


def _labels(
    table: ListTable, row: Row, classes: dict[int, str]
) -> tuple[dict[str, float], str | None]:
    """The shares of the classes, and the form of the label if it is not one class."""
    if classes:
        shares = {name: _share(table, row, i) for i, name in classes.items()}
        return _of_sum_one(table, row, shares), 'soft'
    text = table.cell(row, 'label')
    parts = [part.strip() for part in text.split(';') if part.strip()]
    if not parts:
        raise table.bad(row, 'the label is missing; write it')
    shares = [_SHARE.fullmatch(part) for part in parts]
    if any(shares):
        if not all(shares):
            raise table.bad(
                row,
                f'label {text!r} has a share of some classes only; shares are written '
                'as happy:0.7;sad:0.3',
            )
        parts = [match[1].strip() for match in shares]
        values = [float(match[2].replace(',', '.')) for match in shares]
    elif _NO_SHARE.search(text):
        raise table.bad(
            row,
            f'label {text!r} is neither a class nor shares of classes, which are '
            'written as happy:0.7;sad:0.3 and are not negative',
        )
    elif plain(text) in _SHEET_ERRORS:
        raise table.bad(row, f'label {text!r} is an error of the spreadsheet')
    else:
        values = [1.0] * len(parts)
    if len(set(map(plain, parts))) < len(parts):
        raise table.bad(row, f'label {text!r} names a class twice; remove one')
    labels = dict(zip(parts, values, strict=True))
    if any(shares):
        return _of_sum_one(table, row, labels), 'soft'
    return labels, 'multi' if len(labels) > 1 else None


def _share(table: ListTable, row: Row, place: int) -> float:
    """The number in the column of a class; an empty cell is 0."""
    text = row.cells[place]
    try:
        value = float(text.replace(',', '.') or 0)
    except ValueError:
        value = -1.0
    if not 0 <= value < math.inf:
        name = table.others[place]
        raise table.bad(
            row,
            f'{text!r} in column {name!r} is not a share of a class; write a number '
            'of at least 0',
        )
    return value


def _of_sum_one(
    table: ListTable, row: Row, shares: dict[str, float]
) -> dict[str, float]:
    """Shares divided by their sum, without those that are 0."""
    total = sum(shares.values())
    if not total:
        raise table.bad(row, 'all classes have a share of 0; give one a share above 0')
    return {name: value / total for name, value in shares.items() if value}
