"""Measures IAL's gates and losses in a small network on drawn faces, and writes tables.

    python lab/tools/ial.py --out work_dirs/ial --docs docs/baselines.md

Finished parts are kept: a second call continues. Six repeats take eight minutes of one
core.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

import tgdfer_mm  # noqa: F401  registers everything, repairs what has to be
from lab.ial.page import result_lines, write_tables
from lab.ial.study import REPEATS, measure
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
    parser = study_parser(__doc__, 'ial')
    add_repeats(parser, REPEATS)
    args = parser.parse_args()
    docs = checked_page(args.docs, 'ial')
    repeats = checked_repeats(args.repeats)
    with measuring(ValueError):
        results = measure(args.out, repeats, report=say)
        tell(result_lines(results), docs, lambda page: write_tables(page, results))


if __name__ == '__main__':
    main()
