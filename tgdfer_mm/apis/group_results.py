"""Results by groups of people, as a model card shows them."""

from collections.abc import Sequence
from pathlib import Path

from ..evaluation.group_rows import NUMBERS, SCHEMA, gap_rows, group_rows
from ..files import DamagedFileError, read_json
from ..terminal import one_line
from ..video.errors import InputError


def read_groups(path: str | Path) -> dict:
    """Reads what `tgdfer groups` has written.

    Raises:
        InputError: There is no such file, or it is another one.
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
    """The facts and tables of a card, all of it text.

    Args:
        content: What :func:`read_groups` returns.
        where: What to call it in an error.

    Raises:
        InputError: Something is missing, or is of another kind.
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
    """Text that stays in its cell and is no markup: names may be anything."""
    plain = one_line(str(text))
    for mark in '|<>`':
        plain = plain.replace(mark, f'\\{mark}')
    return plain
