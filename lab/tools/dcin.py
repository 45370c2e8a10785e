"""Measures how well emotions are found in drawn films, and writes the tables.

    python lab/tools/dcin.py --out work_dirs/dcin --docs docs/baselines.md

Finished parts are kept: a second call continues. See projects/dcin/README.md.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

import tgdfer_mm  # noqa: F401  registers everything, repairs what has to be
from lab.study_command import checked_page, measuring, say, study_parser, tell
from projects.dcin.experiment import measure, read_plan
from projects.dcin.page import result_lines, write_tables


def main() -> None:
    """Runs what is missing, and prints or writes the tables."""
    args = study_parser(__doc__, 'dcin').parse_args()
    docs = checked_page(args.docs, 'dcin')
    plan = read_plan()
    with measuring():
        results = measure(args.out, plan, report=say)
    tell(
        result_lines(results, plan),
        docs,
        lambda page: write_tables(page, results, plan),
    )


if __name__ == '__main__':
    main()
