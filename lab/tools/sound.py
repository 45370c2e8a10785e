"""Measures the worth of the sound of clips on drawn people, and writes tables.

    python lab/tools/sound.py --out work_dirs/sound --docs docs/baselines.md

Finished parts are kept: a second call continues. One process, some minutes.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

import tgdfer_mm  # noqa: F401  registers everything, repairs what has to be
from lab.sound.page import result_lines, write_tables
from lab.sound.study import SoundStudy, read_plan
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
    parser = study_parser(__doc__, 'sound')
    add_repeats(parser, None)
    args = parser.parse_args()
    docs = checked_page(args.docs, 'sound')
    plan = read_plan()
    if args.repeats is not None:
        plan['repeats'] = checked_repeats(args.repeats)
    with measuring():
        found = SoundStudy(plan, args.out, say).measure()
    tell(
        result_lines(plan, *found),
        docs,
        lambda page: write_tables(page, plan, *found),
    )


if __name__ == '__main__':
    main()
