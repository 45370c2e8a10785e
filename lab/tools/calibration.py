"""Measures calibration by a temperature on SynthDFER, and writes the page about it.

    python lab/tools/calibration.py --docs docs/calibration.md

Trains, calibrates and tests; draws and reads ten films. What is finished is kept: a
second call goes on. About fifteen minutes on two cores. --data and --features may be
folders of lab/tools/evidence.py, whose clips and features are the same.
"""

import argparse
import shlex
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

import torch
from rich.progress import track

import tgdfer_mm  # noqa: F401  registers everything, repairs what has to be
from lab.calibration.page import write_page
from lab.calibration.study import LEVELS, run
from lab.evidence.quiet import hushed
from lab.film_reading import read_film
from lab.study_command import checked_page
from tgdfer_mm.apis import DFERInferencer
from tgdfer_mm.locks import BusyError, held

FILMS = range(7001, 7011)  # the shipped thresholds were chosen on them, too


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parses the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--out', type=Path, default=Path('work_dirs/calibration'))
    parser.add_argument('--docs', type=Path, help='page to write, *.md')
    parser.add_argument('--seeds', type=int, default=3, help='how many')
    parser.add_argument(
        '--data', type=Path, help='folder of the clips; by default OUT/data'
    )
    parser.add_argument(
        '--features', type=Path, help='folder of the features; by default OUT/features'
    )
    parser.add_argument(
        '--films', type=Path, help='folder of the films; by default OUT/films'
    )
    return parser.parse_args(argv)


def main() -> None:
    """Runs what is missing, and writes the page."""
    args = parse_args()
    root = args.out.absolute()
    page = checked_page(args.docs) or root / 'calibration.md'
    data, features, films = (
        (given or root / name).absolute()
        for given, name in (
            (args.data, 'data'),
            (args.features, 'features'),
            (args.films, 'films'),
        )
    )
    torch.set_num_threads(1)
    jobs = [(level, seed) for level in LEVELS for seed in range(args.seeds)]
    try:
        with held(root / '.lock', f'the study in {root}'), hushed():
            results = [
                result
                for level, seed in track(jobs, 'training')
                for result in run(level, seed, root, data, features)
            ]
            demo = DFERInferencer('demo', show_progress=False)
            read = [read_film(demo, seed, films) for seed in track(FILMS, 'films')]
    except BusyError as error:
        sys.exit(str(error))
    write_page(results, read, page, shlex.join(['python', *sys.argv]))
    print(f'{page} is written')


if __name__ == '__main__':
    main()
