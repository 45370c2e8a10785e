"""Measures the worth of each part of TG-DFER on SynthDFER, and writes the table.

    python lab/tools/evidence.py --out work_dirs/evidence --docs docs/evidence.md
    python lab/tools/evidence.py --plan methods --out work_dirs/methods \\
        --docs docs/comparison.md

    python lab/tools/evidence.py --finished lab/evidence/finished.tar.xz \\
        --docs docs/evidence.md

The second compares it with the field's methods (lab/configs/baselines). The third
starts from the results of the published pages, and runs missing trainings. The command
draws the clips, pre-trains further vision-language models of the plan, trains every row
of the plan and tests it. Finished parts are kept, so that a second call continues.
"""

import argparse
import shlex
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

import tgdfer_mm  # noqa: F401  registers everything, repairs what has to be
from lab.evidence.archive import pack_finished, unpack_finished
from lab.evidence.experiment import run_experiment, write_summary
from lab.evidence.pages import PAGES
from lab.evidence.plan import EvidencePlan
from lab.evidence.quiet import hushed
from lab.evidence.train import OtherConfigError
from lab.study_command import checked_page
from tgdfer_mm.locks import BusyError


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parses the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        '--plan', default='plan', help='JSON file, or a shipped plan: plan, methods'
    )
    parser.add_argument('--out', type=Path, default=Path('work_dirs/evidence'))
    parser.add_argument('--docs', type=Path, help='page to write, *.md')
    parser.add_argument(
        '--finished', type=Path, help='archive of finished trainings to start from'
    )
    parser.add_argument(
        '--pack', type=Path, help='archive of finished trainings to write, *.tar.xz'
    )
    parser.add_argument(
        '--workers', type=int, default=2, help='number of trainings at a time'
    )
    return parser.parse_args(argv)


def main() -> None:
    """Runs what is missing."""
    args = parse_args()
    try:
        plan = EvidencePlan.read(args.plan)
    except (FileNotFoundError, ValueError) as error:
        sys.exit(str(error))
    if plan.page not in PAGES:
        sys.exit(f'{args.plan}: page={plan.page!r}; known are {", ".join(PAGES)}')
    if args.workers < 1:
        sys.exit(f'--workers {args.workers}: at least one is needed')
    root = args.out.absolute()
    page = checked_page(args.docs) or root / 'evidence.md'
    try:
        if args.finished:
            print(f'{unpack_finished(args.finished, root)} trainings are taken over')
        with hushed():
            results = run_experiment(plan, root, args.workers)
            write_summary(results, root / 'results.json')
            command = shlex.join(['python', *sys.argv])
            PAGES[plan.page](plan, root, results, page, command)
        print(f'{page} is written')
        if args.pack:
            print(f'{args.pack} has {pack_finished(root, args.pack)} trainings')
    except (BusyError, OtherConfigError, OSError, ValueError) as error:
        sys.exit(str(error))


if __name__ == '__main__':
    main()
