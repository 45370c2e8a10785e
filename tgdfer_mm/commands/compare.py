"""Compares models: prints a table, writes JSON."""

import json
from argparse import Namespace

from rich.box import SIMPLE
from rich.table import Table

from ..files import write_text
from ..protocol import compare, load_contender
from ..terminal import Terminal, complain


def run(args: Namespace) -> int:
    """Compares; returns the exit code."""
    try:
        result = compare([load_contender(path) for path in args.models])
    except (FileNotFoundError, ValueError) as error:
        complain(error)
        return 2
    console = Terminal()
    wide = Terminal(width=max(console.width, 100))  # not shortened, also in a log
    first, *others = result['models']
    for comparison, other in zip(result['comparisons'], others, strict=True):
        for side, model in (('first', first), ('second', other)):
            rule = model['selection'] or 'selection rule not known'
            console.print(f'{side}: {model["name"]} ({rule})')
        wide.print(_table(comparison))
        for text in (comparison['words'], *comparison['remarks']):
            console.print(text)
    console.print(result['method'], style='dim')
    if args.out:
        write_text(args.out, json.dumps(result, indent=2) + '\n')
    return 0


def _table(comparison: dict) -> Table:
    table = Table(box=SIMPLE)
    table.add_column(f'{comparison["num_clips"]} clips', no_wrap=True)
    for name in ('first', 'second', 'difference', '95 % interval', 'p', 'verdict'):
        table.add_column(name, justify='right', no_wrap=True)
    for number in ('UAR', 'WAR'):
        row = comparison[number]
        low, high = row['interval']
        verdict = row['verdict']
        table.add_row(
            *(number, f'{row["first"]:.2f}', f'{row["second"]:.2f}'),
            *(f'{row["difference"]:+.2f}', f'[{low:+.2f}, {high:+.2f}]'),
            f'{row["p_holm"]:.2g}',
            'noise' if verdict == 'noise' else f'{verdict} is better',
        )
    return table
