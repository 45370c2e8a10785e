"""The report of a check, as tables in a terminal."""

from rich.box import SIMPLE
from rich.table import Column, Table
from rich.text import Text

from ....terminal import Terminal, one_line
from .findings import ERROR, NOTE, WARNING

_STYLES = {ERROR: 'bold red', WARNING: 'yellow', NOTE: 'dim'}
_COUNTS = {
    'published': 'the published ones',
    'generated': "those of the GENERATED data's own record (no results on real faces)",
    'none': 'none: no counts were compared',
}


def print_report(report: dict, console: Terminal | None = None) -> None:
    """Prints the findings of a check.

    Args:
        report: The result of :func:`~.run.check_copy`.
        console: The console to print to; stdout by default.
    """
    console = console or Terminal()
    say = console.print
    say(Text(report['dataset'], 'bold'), f'in {one_line(report["root"])}')
    say(f'Counts are compared with {_COUNTS[report["counts"]]}.')
    say(_places(report))
    say(_training(report))
    if report['config']:
        items = ', '.join(f'{key}={value!r}' for key, value in report['config'].items())
        say(f'In a config: dict({items}, ...)', soft_wrap=True)
    if report['sizes']:
        sizes = [
            f'{s["width"]}x{s["height"]}: {s["pictures"]}' for s in report['sizes']
        ]
        which = 'all frames, decoded' if report['deep'] else 'first frame of each clip'
        say(f'Pictures ({which}): {", ".join(sizes[:5])}')
    if report['recordings']:
        say(*_recordings(report['recordings']), sep='\n', soft_wrap=True)
    if report['tables']:
        state = ', '.join(f'{kind}: {what}' for kind, what in report['tables'].items())
        say(f'Spreadsheets: {state}')
    if report['findings']:
        say(_findings(report))
    errors = sum(f['severity'] == ERROR for f in report['findings'])
    if errors:
        say(f'{errors} findings change published numbers.', style='bold red')
    else:
        say('Nothing was found that changes a published number.', style='green')


def _places(report: dict) -> Table:
    names = ('media', 'pixel_version', 'folder', 'checked')
    columns = [Column(name, overflow='fold') for name in names]
    table = Table(*columns, title='Pixels', title_justify='left')
    for place in report['places']:
        media, version, path = map(one_line, place.values())
        checked = place['path'] == report['media_dir']
        table.add_row(media, version, path, 'yes' if checked else '')
    return table


def _training(report: dict) -> Table:
    title = 'What training and testing will see (frames per clip: least-most, median)'
    names = ('fold', 'subset', 'listed', 'absent', 'empty', 'short', 'frames')
    right = [Column(n, justify='right', no_wrap=True) for n in (*names, 'per clip')]
    columns = [Column('setting', min_width=8), *right]
    table = Table(*columns, title=title, title_justify='left', box=SIMPLE, padding=0)
    for row in report['training']:
        cells = ['' if row.get(c) is None else str(row[c]) for c in names]
        lengths = ''
        if 'shortest' in row:
            lengths = f'{row["shortest"]}-{row["longest"]}, {row["median"]:g}'
        table.add_row(row['setting'], *cells, lengths)
    return table


def _recordings(counts: dict) -> list[str]:
    """Prints the number of recordings of each emotion, actor and so on."""
    lines = ['Recordings in the copy:']
    for field, found in counts.items():
        if field == 'left_out':
            continue
        known = {code: pair for code, pair in found.items() if pair[1]}
        shown = known
        if field == 'actor':  # there are many
            shown = {c: (n, of) for c, (n, of) in known.items() if n < of}
            whole = len(known) - len(shown)
        each = [f'{c} {n}' + f' of {of}' * (n < of) for c, (n, of) in shown.items()]
        if field == 'actor':
            each.insert(0, f'{whole} of {len(known)} complete')
        lines.append(
            f'  by {field}: {", ".join(each[:20])}{", ..." * (len(each) > 20)}'
        )
    if counts['left_out']:
        kinds = ', '.join(f'{kind} {n}' for kind, n in counts['left_out'].items())
        lines.append(f'  left out: {kinds}')
    return lines


def _findings(report: dict) -> Table:
    what = Column('what', overflow='fold', ratio=3)
    advice = Column('what to do', overflow='fold', ratio=2)
    look = dict(title='Findings', title_justify='left', show_lines=True)
    table = Table('', what, advice, **look)
    order = list(_STYLES)
    for found in sorted(report['findings'], key=lambda f: order.index(f['severity'])):
        style = _STYLES[found['severity']]
        kind = Text.assemble((found['severity'], style), '\n', (found['code'], 'dim'))
        table.add_row(kind, one_line(found['message']), one_line(found['advice']))
    return table
