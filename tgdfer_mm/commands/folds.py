"""A whole protocol: trains, tests and collects."""

import signal
import sys
from argparse import Namespace
from itertools import chain
from pathlib import Path

from ..paths import find_config
from ..protocol import RunError, collect, parse_numbers, plan_runs, run_all
from ..protocol.launch import Launcher
from ..protocol.results_page import summary_table
from ..terminal import Terminal, complain


def run(args: Namespace) -> int:
    """Runs the protocol; returns the exit code."""
    # So that runs are ended. Processes that are forked later must not have it.
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return _run(args)
    finally:
        signal.signal(signal.SIGTERM, before)


def _run(args: Namespace) -> int:
    console = Terminal()
    config = str(find_config(args.config))
    own = {
        name: getattr(args, name)
        for name in ('data', 'tower')
        if getattr(args, name, None) is not None
    }
    extra = [
        *chain(*((f'--{name}', value) for name, value in own.items())),
        *args.extra,
    ]
    try:
        launcher = Launcher(
            *(config, args.launcher, args.gpus, args.partition),
            *(args.cfg_options, extra),
        )
        runs = plan_runs(
            config,
            parse_numbers(args.seeds),
            args.folds and parse_numbers(args.folds),
            *(args.selection, args.cfg_options, extra, args.work_dir),
            own,
        )
        run_all(runs, launcher, console)
        report = collect(runs, Path(config).name)
    except (RunError, FileNotFoundError, ValueError) as error:
        complain(error)
        return getattr(error, 'exit_code', 2)
    # Whole, also in the 80 columns that a log has.
    Terminal(width=max(console.width, 100)).print(summary_table(report))
    console.print(f'{runs[0].root}/results.md')
    return 0
