"""Measures a separator of expression and person on drawn faces, and writes its tables.

    python lab/tools/pfvit.py --out work_dirs/pfvit --docs docs/baselines.md

What is finished is kept: a second call goes on. See projects/pfvit/README.md.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

import cv2
import torch

import tgdfer_mm  # noqa: F401  registers everything, repairs what has to be
from lab.evidence.quiet import hushed
from lab.evidence.train import OtherConfigError
from lab.pfvit.page import draw_rows, result_lines, write_tables
from lab.pfvit.study import REPEATS, arm_config, draw, measure, perform
from tgdfer_mm.locks import BusyError
from tgdfer_mm.video.checks import Number


def main() -> None:
    """Runs what is missing, and prints or writes the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--out', type=Path, default=Path('work_dirs/pfvit'))
    parser.add_argument('--repeats', type=int, default=REPEATS)
    parser.add_argument('--docs', type=Path, help='page to write the tables into')
    parser.add_argument('--picture', type=Path, help='file of example faces, .png')
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
            if args.picture:
                cfg = arm_config('apart')
                drawn = draw(cfg, 0)
                sheet = draw_rows(perform(cfg, drawn, 0)[0], drawn)
                if not cv2.imwrite(str(args.picture), sheet[..., ::-1]):
                    sys.exit(f'{args.picture} could not be written')
    except (BusyError, OtherConfigError) as error:
        sys.exit(str(error))


if __name__ == '__main__':
    main()
