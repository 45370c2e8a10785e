"""Computes results by groups of people: prints tables, writes JSON."""

import json
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from rich.box import SIMPLE
from rich.table import Table

from ..datasets.people_table import PeopleTable
from ..evaluation.group_rows import NUMBERS, gap_rows, group_rows
from ..files import write_text
from ..protocol import load_contender, scores_by_group
from ..terminal import Terminal, complain, say

FILE = 'groups.json'


def run(args: Namespace) -> int:
    """Computes and writes; returns the exit code."""
    try:
        table = None if args.people is None else PeopleTable(args.people)
        result = scores_by_group(load_contender(args.results), args.by, table)
    except (FileNotFoundError, ValueError) as error:
        complain(error)
        return 2
    console = Terminal()
    wide = Terminal(width=max(console.width, 100))  # not shortened, also in a log
    shown = f'{result["num_clips"]} clips of {result["num_people"]} people'
    console.print(f'{result["dataset"]}: {shown}')
    for kind, found in result['groups'].items():
        wide.print(_table([kind, 'people', 'clips', *NUMBERS], group_rows(found)))
        if found['gaps']:
            wide.print(_table(['gap', *NUMBERS], gap_rows(found)))
        for remark in found['remarks']:
            console.print(remark)
    for remark in [*result['remarks'], *(table.remarks if table else ())]:
        console.print(remark)
    console.print(result['method'], style='dim')
    path = Path(args.out or _beside(Path(args.results)))
    write_text(path, json.dumps(result, indent=2, allow_nan=False) + '\n')
    say(f'written to {path}')
    return 0


def _beside(results: Path) -> Path:
    return (results if results.is_dir() else results.parent) / FILE


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(box=SIMPLE)
    for i, name in enumerate(header):
        table.add_column(name, justify='right' if i else 'left', no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table
