"""Measures if relevant frames carry TG-DFER's verdict, and if rationales are true.

    python lab/tools/rationale.py --out work_dirs/rationale --docs docs/rationales.md

Six trainings on SynthDFER; finished parts are kept: a second call continues. About
fifteen minutes on one core, less where --data and --features are folders of
lab/tools/evidence.py, whose clips and features are the same.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

import tgdfer_mm  # noqa: F401  registers everything, repairs what has to be
from lab.rationale.page import result_lines, write_tables
from lab.rationale.study import REPEATS, measure
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
    parser = study_parser(__doc__, 'rationale')
    add_repeats(parser, REPEATS)
    parser.add_argument(
        '--data', type=Path, help='folder of the clips; by default OUT/data'
    )
    parser.add_argument(
        '--features', type=Path, help='folder of the features; by default OUT/features'
    )
    args = parser.parse_args()
    docs = checked_page(args.docs, 'rationale')
    repeats, root = checked_repeats(args.repeats), args.out.absolute()
    data, features = (
        (given or root / name).absolute()
        for given, name in ((args.data, 'data'), (args.features, 'features'))
    )
    with measuring():
        results = measure(root, data, features, repeats, report=say)
    tell(result_lines(results), docs, lambda page: write_tables(page, results))


if __name__ == '__main__':
    main()
