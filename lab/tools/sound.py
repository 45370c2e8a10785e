"""Measures what the sound of clips is worth on drawn people, and writes tables.

    python lab/tools/sound.py --out work_dirs/sound --docs docs/baselines.md

What is finished is kept: a second call goes on. One process, some minutes.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

import torch

import tgdfer_mm  # noqa: F401  registers everything, repairs what has to be
from lab.evidence.quiet import hushed
from lab.evidence.train import OtherConfigError
from lab.sound.page import result_lines, write_tables
from lab.sound.study import SoundStudy, read_plan
from tgdfer_mm.locks import BusyError
from tgdfer_mm.video.checks import Number


def main() -> None:
    """Runs what is missing, and prints or writes the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--out', type=Path, default=Path('work_dirs/sound'))
    parser.add_argument('--repeats', type=int, help='by default those of the plan')
    parser.add_argument('--docs', type=Path, help='page to write the tables into')
    args = parser.parse_args()
    plan = read_plan()
    if args.repeats is not None:
        least = Number(least=1, whole=True)
        plan['repeats'] = least.check('--repeats', args.repeats)
    torch.set_num_threads(1)
    try:
        with hushed():
            study = SoundStudy(plan, args.out, lambda line: print(line, flush=True))
            results, chosen = study.measure()
    except (BusyError, OtherConfigError) as error:
        sys.exit(str(error))
    print('\n'.join(result_lines(plan, results, chosen)))
    if args.docs:
        write_tables(args.docs, plan, results, chosen)


if __name__ == '__main__':
    main()
