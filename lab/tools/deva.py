"""Measures the worth of descriptions of movements on drawn faces, and writes tables.

    python lab/tools/deva.py --out work_dirs/deva --docs docs/baselines.md

Finished parts are kept: a second call continues. One process, some minutes.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

import tgdfer_mm  # noqa: F401  registers everything, repairs what has to be
from lab.deva.page import result_lines, write_tables
from lab.deva.study import Study, read_plan
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
    parser = study_parser(__doc__, 'deva')
    add_repeats(parser, None)
    args = parser.parse_args()
    docs = checked_page(args.docs, 'deva')
    plan = read_plan()
    if args.repeats is not None:
        plan['repeats'] = checked_repeats(args.repeats)
    with measuring():
        found = Study(plan, args.out, say).measure()
    tell(
        result_lines(plan, *found),
        docs,
        lambda page: write_tables(page, plan, *found),
    )


if __name__ == '__main__':
    main()
