"""Shows a protocol's numbers: Markdown, a table on the screen, and a picture."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from jinja2 import Environment, FileSystemLoader, Template
from rich.box import SIMPLE
from rich.table import Table

from ..files import replacing, write_text
from ..visualization import draw_confusion
from ..visualization.hook_parts import describe_data

NAMES = {
    'macro_F1': 'macro F1',
    'macro_AUC': 'macro AUC',
    'mean_of_folds': 'mean of folds',
}
RULES = {
    'last': 'last epoch',
    'val': 'validation part',
    'test': 'test clips',
    'none': 'not trained on it',
    'unknown': 'not known',
}


def summary_table(report: dict) -> Table:
    """The numbers over seeds, for the screen; the title has the rule."""
    rule = (report['selection'] or {}).get('description', 'selection rule not known')
    table = Table(title=f'{report["dataset"]}: {rule}', box=SIMPLE)
    for i, column in enumerate(_summary_header(report)):
        table.add_column(column, justify='right' if i > 1 else 'left', no_wrap=True)
    for row in _summary_rows(report):
        table.add_row(*row)
    return table


def write_report(report: dict, folder: str | Path) -> None:
    """Writes ``results.md`` and ``confusion_matrix.png``.

    Args:
        report: The content of ``results.json``, see
            :func:`~tgdfer_mm.protocol.results.aggregate`.
        folder: The folder of the files.
    """
    folder = Path(folder)
    if 'confusion' in report:
        draw_matrix(report, folder / 'confusion_matrix.png')
    page = _template().render(
        report=report,
        selection=report['selection'] or {},
        damaged=sum(run['num_damaged'] for run in report['runs']),
        header=_summary_header(report),
        rows=_summary_rows(report),
        ours=report['summary']['mean_of_folds'],
        names=NAMES,
        rules=RULES,
    )
    write_text(folder / 'results.md', page)


def _template() -> Template:
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    templates.filters.update(show=_show, plain=_plain)
    return templates.get_template('results.md.j2')


def draw_matrix(report: dict, path: Path) -> None:
    """Draws the pooled confusion matrix."""
    summary = report['summary']['pooled']
    seeds = report['seeds']
    note = describe_data(dict(dataset=report['dataset']))
    rule = (report['selection'] or {}).get('description', 'rule not known')
    figure = draw_confusion(
        np.asarray(report['confusion']),
        report['classes'],
        title=f'UAR {_show(summary["UAR"])} %, WAR {_show(summary["WAR"])} %, '
        f'{report["num_clips"]} clips'
        + (f' x {len(seeds)} seeds' if len(seeds) > 1 else ''),
        note=f'{note}\n{rule}',
    )
    with replacing(path) as temporary:
        figure.savefig(temporary, format='png')


def _summary_header(report: dict) -> list[str]:
    names = report['summary']['pooled']
    return ['epoch', '', *(NAMES.get(name, name) for name in names)]


def _summary_rows(report: dict) -> Iterable[list[str]]:
    rule = RULES.get((report['selection'] or {}).get('rule'), 'not known')
    shown = 'last epoch' if rule == 'last epoch' else f'chosen on {rule}'
    last = report.get('last')
    for way in ('mean_of_folds', 'pooled'):
        values = report['summary'][way].values()
        yield [shown, NAMES.get(way, way), *map(_show, values)]
    for way in ('mean_of_folds', 'pooled') if last else ():
        values = last['summary'][way].values()
        yield ['last epoch', NAMES.get(way, way), *map(_show, values)]
    for way in ('mean_of_folds', 'pooled') if last else ():
        values = last['difference'][way].values()
        cells = ('-' if v is None else f'{v:+.2f}' for v in values)
        yield ['difference', NAMES.get(way, way), *cells]


def _plain(value: float | None) -> str:
    return '-' if value is None else f'{value:.2f}'


def _show(value: dict | None) -> str:
    if value is None:
        return '-'
    std = '' if value['std'] is None else f' ± {value["std"]:.2f}'
    return f'{value["mean"]:.2f}{std}'
