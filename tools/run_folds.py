"""Trains and tests all folds with several seeds, and puts their numbers together.

    python tools/run_folds.py configs/tgdfer_dfew.py --folds 1-5 --seeds 0-2

Run it again to go on after an interruption: finished runs are skipped. Started several
times, e.g. with another CUDA_VISIBLE_DEVICES each, the processes share the runs.
Options after `--` go to tools/train.py.
"""

import signal
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from pathlib import Path

from rich.console import Console

import tgdfer_mm  # noqa: F401  registers everything, repairs what has to be
from tgdfer_mm.protocol import RunError, collect, parse_numbers, plan_runs, run_all
from tgdfer_mm.protocol.launch import LAUNCHERS, Launcher
from tgdfer_mm.protocol.report import summary_table
from tgdfer_mm.recipe.recipe import RULES


def parse_args(argv: list[str]) -> Namespace:
    """Parses the command line."""
    parser = ArgumentParser(
        description=__doc__, formatter_class=RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='the config file')
    parser.add_argument('--folds', help='such as 1-5 (the default) or 1,3')
    parser.add_argument('--seeds', default='0', help='such as 0-2')
    parser.add_argument(
        '--selection',
        choices=RULES,
        help='which epoch is the result, see tools/train.py; by default as configured',
    )
    parser.add_argument(
        '--work-dir', help='folder of all runs, work_dirs/<config>_<rule> by default'
    )
    parser.add_argument('--launcher', choices=LAUNCHERS, default='none')
    parser.add_argument('--gpus', type=int, help='processes of each run')
    parser.add_argument('--partition', help="Slurm's partition")
    parser.add_argument(
        '--cfg-options', nargs='+', default=[], help='changes to the config, key=value'
    )
    cut = argv.index('--') if '--' in argv else len(argv)
    args = parser.parse_args(argv[:cut])
    args.extra = argv[cut + 1 :]
    return args


def main() -> None:
    """Runs the protocol."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that runs are ended
    args = parse_args(sys.argv[1:])
    console = Console()
    try:
        launcher = Launcher(
            *(args.config, args.launcher, args.gpus, args.partition),
            *(args.cfg_options, args.extra),
        )
        runs = plan_runs(
            args.config,
            parse_numbers(args.seeds),
            args.folds and parse_numbers(args.folds),
            *(args.selection, args.cfg_options, args.extra, args.work_dir),
        )
        run_all(runs, launcher, console)
        report = collect(runs, Path(args.config).name)
    except (RunError, ValueError) as error:
        sys.exit(str(error))
    # Whole, also in the 80 columns that a log has.
    Console(width=max(console.width, 100)).print(summary_table(report))
    console.print(f'{runs[0].root}/results.md', highlight=False)


if __name__ == '__main__':
    main()
