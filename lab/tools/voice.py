"""Measures the worth of words and values of a voice on drawn clips with sound.

    python lab/tools/voice.py --out work_dirs/voice --docs docs/baselines.md

Finished parts are kept: a second call continues. See projects/vowelprompt/README.md.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

import tgdfer_mm  # noqa: F401  registers everything, repairs what has to be
from lab.study_command import (
    add_repeats,
    checked_page,
    checked_repeats,
    measuring,
    say,
    study_parser,
    tell,
)
from lab.voice.page import result_lines, write_tables
from lab.voice.study import REPEATS, measure


def main() -> None:
    """Runs what is missing, and prints or writes the tables."""
    parser = study_parser(__doc__, 'voice')
    add_repeats(parser, REPEATS)
    args = parser.parse_args()
    docs = checked_page(args.docs, 'vowelprompt')
    repeats = checked_repeats(args.repeats)
    with measuring():
        results = measure(args.out, repeats, report=say)
    tell(result_lines(results), docs, lambda page: write_tables(page, results))


if __name__ == '__main__':
    main()
