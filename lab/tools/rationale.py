"""Measures whether relevant frames carry TG-DFER's verdict, and what is told of them.

    python lab/tools/rationale.py --out work_dirs/rationale --docs docs/rationales.md

Six trainings on SynthDFER; what is finished is kept: a second call goes on. About
fifteen minutes on one core, less where --data and --features are folders of
lab/tools/evidence.py, whose clips and features are the same.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

import torch

import tgdfer_mm  # noqa: F401  registers everything, repairs what has to be
from lab.evidence.quiet import hushed
from lab.evidence.train import OtherConfigError
from lab.rationale.page import result_lines, write_tables
from lab.rationale.study import REPEATS, measure
from tgdfer_mm.locks import BusyError
from tgdfer_mm.video.checks import Number


def main() -> None:
    """Runs what is missing, and prints or writes the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--out', type=Path, default=Path('work_dirs/rationale'))
    parser.add_argument('--repeats', type=int, default=REPEATS)
    parser.add_argument('--docs', type=Path, help='page to write the tables into')
    parser.add_argument('--data', type=Path, help='of the clips; OUT/data by default')
    parser.add_argument('--features', type=Path, help='OUT/features by default')
    args = parser.parse_args()
    repeats = Number(least=1, whole=True).check('--repeats', args.repeats)
    root = args.out.absolute()
    data, features = (
        (given or root / name).absolute()
        for given, name in ((args.data, 'data'), (args.features, 'features'))
    )
    torch.set_num_threads(1)
    try:
        with hushed():
            results = measure(
                *(root, data, features, repeats),
                report=lambda line: print(line, flush=True),
            )
    except (BusyError, OtherConfigError) as error:
        sys.exit(str(error))
    print('\n'.join(result_lines(results)))
    if args.docs:
        write_tables(args.docs, results)


if __name__ == '__main__':
    main()
