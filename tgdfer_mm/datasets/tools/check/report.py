"""The report of a check, as tables in a terminal."""

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from .findings import ERROR, NOTE, WARNING

_STYLES = {ERROR: 'bold red', WARNING: 'yellow', NOTE: 'dim'}
_COUNTS = {
    'published': 'the published ones',
    'generated': "those of the GENERATED data's own record (no results on real faces)",
    'none': 'none: no counts were compared',
}


def print_report(report: dict, console: Console | None = None) -> None:
    """Prints what a check found.

    Args:
        report: What :func:`~.run.check_copy` returned.
        console: Where to; stdout by default.
    """
    console = console or Console()
    say = console.print
    say(f'[bold]{report["dataset"]}[/] in {escape(report["root"])}')
    say(f'Counts are held against {_COUNTS[report["counts"]]}.')
    say(_places(report))
    say(_training(report))
    if report['config']:
        items = ', '.join(f'{key}={value!r}' for key, value in report['config'].items())
        say(f'In a config: {escape(f"dict({items}, ...)")}', soft_wrap=True)
    if report['sizes']:
        sizes = [
            f'{s["width"]}x{s["height"]}: {s["pictures"]}' for s in report['sizes']
        ]
        which = 'all frames, decoded' if report['deep'] else 'first frame of each clip'
        say(f'Pictures ({which}): {", ".join(sizes[:5])}')
    if report['tables']:
        state = ', '.join(f'{kind}: {what}' for kind, what in report['tables'].items())
        say(f'Spreadsheets: {state}')
    if report['findings']:
        say(_findings(report))
    errors = sum(f['severity'] == ERROR for f in report['findings'])
    if errors:
        say(f'[bold red]{errors} findings change published numbers.[/]')
    else:
        say('[green]Nothing was found that changes a published number.[/]')


def _places(report: dict) -> Table:
    table = Table(title='Pixels', title_justify='left')
    for column in ('media', 'pixel_version', 'folder', 'checked'):
        table.add_column(column, overflow='fold')
    for place in report['places']:
        media, version, path = map(escape, place.values())
        checked = place['path'] == report['media_dir']
        table.add_row(media, version, path, 'yes' if checked else '')
    return table


def _training(report: dict) -> Table:
    title = 'What training and testing will see (frames per clip: least-most, median)'
    table = Table(title=title, title_justify='left', box=SIMPLE, padding=0)
    table.add_column('setting', min_width=8)
    columns = ('fold', 'subset', 'listed', 'absent', 'empty', 'short', 'frames')
    for column in (*columns, 'per clip'):
        table.add_column(column, justify='right', no_wrap=True)
    for row in report['training']:
        cells = ['' if row.get(c) is None else str(row[c]) for c in columns]
        lengths = ''
        if 'shortest' in row:
            lengths = f'{row["shortest"]}-{row["longest"]}, {row["median"]:g}'
        table.add_row(row['setting'], *cells, lengths)
    return table


def _findings(report: dict) -> Table:
    table = Table(title='Findings', title_justify='left', show_lines=True)
    table.add_column('')
    table.add_column('what', overflow='fold', ratio=3)
    table.add_column('what to do', overflow='fold', ratio=2)
    order = list(_STYLES)
    for found in sorted(report['findings'], key=lambda f: order.index(f['severity'])):
        style = _STYLES[found['severity']]
        table.add_row(
            f'[{style}]{found["severity"]}[/]\n[dim]{found["code"]}[/]',
            escape(found['message']),
            escape(found['advice']),
        )
    return table
