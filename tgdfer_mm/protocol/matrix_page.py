"""Shows the table of several data sets on the screen, and writes it as Markdown."""

import json
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from rich.box import SIMPLE_HEAD
from rich.table import Table

from ..files import write_text
from .matrix import FILES, NUMBERS


def write_matrix(matrix: dict, folder: str | Path) -> None:
    """Writes ``matrix.json`` and ``matrix.md``.

    Args:
        matrix: See :func:`~tgdfer_mm.protocol.matrix.make_matrix`.
        folder: The folder of the files.
    """
    data, page = (Path(folder, name) for name in FILES)
    write_text(data, json.dumps(matrix, allow_nan=False, indent=2) + '\n')
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    templates.filters.update(cell=_in_markdown, plain=_plain)
    template = templates.get_template('matrix.md.j2')
    write_text(page, template.render(matrix=matrix, notes=list(notes(matrix))))


def matrix_table(matrix: dict) -> Table:
    """The table for the screen; sentences about its cells are :func:`notes`."""
    table = Table(
        title='Trained on the rows, tested on the columns: UAR / WAR in percent',
        box=SIMPLE_HEAD,
    )
    table.add_column('trained on')
    for column in matrix['columns']:
        table.add_column(f'tested on {column}', justify='right')
    for row in matrix['rows']:
        cells = (row['cells'].get(column) for column in matrix['columns'])
        table.add_row(f'{row["dataset"]}\n{row["config"]}', *map(_on_screen, cells))
    return table


def notes(matrix: dict) -> Iterator[str]:
    """Notes on single cells, one or two sentences for each."""
    for row in matrix['rows']:
        for column, cell in row['cells'].items():
            said = ' '.join(_remarks(cell))
            if said:
                yield f'{row["dataset"]} ({row["config"]}), tested on {column}: {said}'


def _remarks(cell: dict) -> Iterator[str]:
    if cell['kind'] == 'failed':
        yield f'no number. {cell["why"]}'
        return
    if cell['kind'] == 'other':
        yield f'over {", ".join(cell["classes"])}.'
        for side, names in cell['without_counterpart'].items():
            if names:
                yield f'Of the data set {side}, {_names(names)} no counterpart.'
        if not any(cell['without_counterpart'].values()):
            yield 'Every class has a counterpart.'
        if cell['excluded_clips']:
            counts = ', '.join(f'{n} {c}' for n, c in cell['excluded_clips'].items())
            yield f'Clips left out: {counts}.'
        if cell['remark']:
            yield cell['remark']
    if cell['without_a_clip']:
        yield f'{_names(cell["without_a_clip"])} no test clip.'
    if cell['num_damaged']:
        yield (
            f'{cell["num_damaged"]} times a clip could not be read and counts as wrong.'
        )


def _names(names: list[str]) -> str:
    return f'{", ".join(names)} {"has" if len(names) == 1 else "have"}'


def _numbers(cell: dict) -> str:
    shown = []
    for name in NUMBERS:
        std = '' if cell[name]['std'] is None else f' ± {cell[name]["std"]:.2f}'
        shown.append(f'{cell[name]["mean"]:.2f}{std}')
    return ' / '.join(shown)


def _size(cell: dict) -> str:
    whole = cell['kind'] == 'own' and not cell['without_a_clip']
    which = 'all ' if whole else ''
    clips = 'clip' if cell['num_clips'] == 1 else 'clips'
    return f'{which}{cell["num_classes"]} classes, {cell["num_clips"]:,} {clips}'


def _on_screen(cell: dict | None) -> str:
    if cell is None:
        return '-'
    if cell['kind'] == 'failed':
        return 'no number, see below'
    mark = 'own: ' if cell['kind'] == 'own' else ''
    return f'{mark}{_numbers(cell)}\n{_size(cell)}'


def _in_markdown(cell: dict | None) -> str:
    if not cell:
        return '-'
    if cell['kind'] == 'failed':
        return f'no number. {_plain(cell["why"])}'
    numbers = _numbers(cell)
    if cell['kind'] == 'own':
        numbers = f'**{numbers}**'
    return f'{numbers}<br>{_size(cell)}'


def _plain(text: str) -> str:
    """A text for one cell of a table, with all markup escaped."""
    marks = {c: f'&#{ord(c)};' for c in '|<>*_`[]'}
    return ' '.join(text.split()).translate(str.maketrans(marks))
