"""Runs a whole protocol: trains, tests and collects."""

import signal
import sys
from argparse import Namespace
from dataclasses import replace
from itertools import chain
from pathlib import Path

from ..paths import find_config
from ..protocol import RunError, collect, parse_numbers, plan_runs, run_all
from ..protocol.cross import Row, check_sets, run_matrix
from ..protocol.launch import Launcher
from ..protocol.matrix import has_failed
from ..protocol.matrix_page import matrix_table, notes, write_matrix
from ..protocol.results_page import summary_table
from ..terminal import Terminal, complain


def run(args: Namespace) -> int:
    """Runs the protocol; returns the exit code."""
    # It ends the runs. Processes that are forked later must not have it.
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return _run(args)
    finally:
        signal.signal(signal.SIGTERM, before)


def _run(args: Namespace) -> int:
    console = Terminal()
    configs = [str(find_config(config)) for config in args.config]
    try:
        if len(configs) > 1 and not args.on:
            raise ValueError(
                'several configs make a table of data sets: name what to test on with '
                '--on, or give one config.'
            )
        rows = [_plan(args, config, len(configs) > 1) for config in configs]
        check_sets(rows, args.on)
    except (FileNotFoundError, ValueError) as error:
        complain(error)
        return getattr(error, 'exit_code', 2)
    return _matrix(args, rows, console) if args.on else _protocol(rows[0], console)


def _plan(args: Namespace, config: str, below: bool) -> Row:
    """A protocol; with several, its folder is below the one that the user names."""
    own = {
        name: getattr(args, name)
        for name in ('data', 'tower')
        if getattr(args, name, None) is not None
    }
    extra = [
        *chain(*((f'--{name}', value) for name, value in own.items())),
        *args.extra,
    ]
    launcher = Launcher(
        *(config, args.launcher, args.gpus, args.partition),
        *(args.cfg_options, extra),
    )
    runs = plan_runs(
        config,
        parse_numbers(args.seeds),
        args.folds and parse_numbers(args.folds),
        *(args.selection, args.cfg_options, extra, None if below else args.work_dir),
        own,
    )
    if below and args.work_dir:
        root = Path(args.work_dir)
        runs = [replace(run, root=root / run.root.name) for run in runs]
    return Row(runs, launcher)


def _protocol(row: Row, console: Terminal) -> int:
    try:
        run_all(row.runs, row.launcher, console)
        report = collect(row.runs, Path(row.launcher.config).name)
    except (RunError, FileNotFoundError, ValueError) as error:
        complain(error)
        return getattr(error, 'exit_code', 2)
    # Not shortened, also in the 80 columns of a log.
    Terminal(width=max(console.width, 100)).print(summary_table(report))
    console.print(f'{row.runs[0].root}/results.md')
    return 0


def _matrix(args: Namespace, rows: list[Row], console: Terminal) -> int:
    matrix = run_matrix(rows, args.on, console, complain)
    folder = _folder_of(rows, args.work_dir)
    write_matrix(matrix, folder)
    width = 30 * (1 + len(matrix['columns']))
    Terminal(width=max(console.width, width)).print(matrix_table(matrix))
    for note in notes(matrix):
        console.print(note)
    console.print(f'{folder}/matrix.md')
    return 1 if has_failed(matrix) else 0


def _folder_of(rows: list[Row], work_dir: str | None) -> Path:
    """Folder of the table: that of the runs, or its own."""
    roots = [row.runs[0].root for row in rows]
    if len(roots) == 1:
        return roots[0]
    return Path(work_dir or Path('work_dirs', '+'.join(root.name for root in roots)))
