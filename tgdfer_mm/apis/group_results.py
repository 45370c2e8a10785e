"""Results by groups of people, as a model card shows them."""

from collections.abc import Sequence
from pathlib import Path

from ..evaluation.group_rows import NUMBERS, SCHEMA, gap_rows, group_rows
from ..files import DamagedFileError, read_json
from ..terminal import one_line
from ..video.errors import InputError


def read_groups(path: str | Path) -> dict:
    """Reads a file of `tgdfer groups`.

    Raises:
        InputError: There is no such file, or it is of another kind.
    """
    path = Path(path).expanduser()
    if not path.is_file():
        raise InputError(f'{path}: no such file; `tgdfer groups` writes groups.json')
    try:
        content = read_json(path)
    except DamagedFileError as error:
        raise InputError(str(error)) from error
    if content.get('schema') != SCHEMA:
        raise InputError(
            f'{path}: it has the schema {content.get("schema")!r} and not {SCHEMA!r}: '
            '`tgdfer groups` writes such a file'
        )
    groups_for_card(content, str(path))
    return content


def groups_for_card(content: dict, where: str) -> dict:
    """Facts and tables for a model card, as text.

    Args:
        content: Result of :func:`read_groups`.
        where: Its name in an error.

    Raises:
        InputError: An entry is missing, or is of another kind.
    """
    try:
        return dict(
            dataset=_cell(content['dataset']),
            clips=int(content['num_clips']),
            people=int(content['num_people']),
            classes=', '.join(map(_cell, content['classes'])),
            seeds=int(content['num_seeds']),
            folds=', '.join(map(_cell, content['folds'])),
            selection=_cell(content['selection'] or 'not known'),
            method=_cell(content['method']),
            remarks=list(map(_cell, content['remarks'])),
            numbers=NUMBERS,
            kinds=[
                dict(
                    kind=_cell(kind),
                    rows=_cells(group_rows(found)),
                    gaps=_cells(gap_rows(found)),
                    remarks=list(map(_cell, found['remarks'])),
                )
                for kind, found in content['groups'].items()
            ],
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            f'{where}: it does not hold what `tgdfer groups` writes '
            f'({type(error).__name__}: {error})'
        ) from error


def _cells(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    return [[_cell(cell) for cell in row] for row in rows]


def _cell(text: object) -> str:
    """Text for a cell, with all markup escaped: a name can have any character."""
    plain = one_line(str(text))
    for mark in '|<>`':
        plain = plain.replace(mark, f'\\{mark}')
    return plain
