"""Measures what words and values of a voice add to a face, on drawn clips with a sound.

    python lab/tools/voice.py --out work_dirs/voice --docs docs/baselines.md

What is finished is kept: a second call goes on. See projects/vowelprompt/README.md.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

import torch

import tgdfer_mm  # noqa: F401  registers everything, repairs what has to be
from lab.evidence.quiet import hushed
from lab.evidence.train import OtherConfigError
from lab.voice.page import result_lines, write_tables
from lab.voice.study import REPEATS, measure
from tgdfer_mm.locks import BusyError
from tgdfer_mm.video.checks import Number


def main() -> None:
    """Runs what is missing, and prints or writes the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--out', type=Path, default=Path('work_dirs/voice'))
    parser.add_argument('--repeats', type=int, default=REPEATS)
    parser.add_argument('--docs', type=Path, help='page to write the tables into')
    args = parser.parse_args()
    repeats = Number(least=1, whole=True).check('--repeats', args.repeats)
    torch.set_num_threads(1)
    try:
        with hushed():
            results = measure(
                args.out, repeats, report=lambda line: print(line, flush=True)
            )
            print('\n'.join(result_lines(results)))
            if args.docs:
                write_tables(args.docs, results)
    except (BusyError, OtherConfigError) as error:
        sys.exit(str(error))


if __name__ == '__main__':
    main()
