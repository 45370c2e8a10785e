"""Measures a separator of expression and person on drawn faces, and writes its tables.

    python lab/tools/pfvit.py --out work_dirs/pfvit --docs docs/baselines.md

Finished parts are kept: a second call continues. See projects/pfvit/README.md.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

import cv2

import tgdfer_mm  # noqa: F401  registers everything, repairs what has to be
from lab.pfvit.page import draw_rows, result_lines, write_tables
from lab.pfvit.study import REPEATS, arm_config, draw, measure, perform
from lab.study_command import (
    add_repeats,
    checked_page,
    checked_repeats,
    measuring,
    say,
    study_parser,
    tell,
)


def main() -> None:
    """Runs what is missing, and prints or writes the tables."""
    parser = study_parser(__doc__, 'pfvit')
    add_repeats(parser, REPEATS)
    parser.add_argument('--picture', type=Path, help='file of example faces, .png')
    args = parser.parse_args()
    docs = checked_page(args.docs, 'pfvit')
    repeats = checked_repeats(args.repeats)
    with measuring():
        results = measure(args.out, repeats, report=say)
        tell(result_lines(results), docs, lambda page: write_tables(page, results))
        if args.picture:
            cfg = arm_config('apart')
            drawn = draw(cfg, 0)
            sheet = draw_rows(perform(cfg, drawn, 0)[0], drawn)
            if not cv2.imwrite(str(args.picture), sheet[..., ::-1]):
                sys.exit(f'{args.picture} could not be written')


if __name__ == '__main__':
    main()
