"""Measures which emotion is found where in drawn films, and writes the tables of it.

    python lab/tools/dcin.py --out work_dirs/dcin --docs docs/baselines.md

What is finished is kept: a second call goes on. See projects/dcin/README.md.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

import torch

import tgdfer_mm  # noqa: F401  registers everything, repairs what has to be
from lab.evidence.quiet import hushed
from lab.evidence.train import OtherConfigError
from projects.dcin.experiment import measure, read_plan
from projects.dcin.page import result_lines, write_tables
from tgdfer_mm.locks import BusyError


def main() -> None:
    """Runs what is missing, and prints or writes the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--out', type=Path, default=Path('work_dirs/dcin'))
    parser.add_argument('--docs', type=Path, help='page to write the tables into')
    args = parser.parse_args()
    torch.set_num_threads(1)
    plan = read_plan()
    try:
        with hushed():
            results = measure(
                args.out, plan, report=lambda line: print(line, flush=True)
            )
    except (BusyError, OtherConfigError) as error:
        sys.exit(str(error))
    print('\n'.join(result_lines(results, plan)))
    if args.docs:
        write_tables(args.docs, results, plan)


if __name__ == '__main__':
    main()
