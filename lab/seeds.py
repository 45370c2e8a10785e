"""Measures the part of every seed system on drawn clips, and writes one page of it.

    python lab/seeds.py --out docs/seeds.md
    python lab/seeds.py --out docs/seeds.md --jobs 2
    python lab/seeds.py --out docs/seeds.md --only mira landmarks

Finished parts are kept: a second call continues. If one study fails, the others are
measured all the same, and the exit code is 1. The studies are in
lab/seed_systems/studies.json; --only runs some and leaves the rest of the page.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the checkout's own code

import torch
from mmengine.registry import init_default_scope

import tgdfer_mm  # noqa: F401  registers everything, repairs what has to be
from lab.evidence.quiet import hushed
from lab.seed_systems.listing import read_studies
from lab.seed_systems.page import write_page
from lab.seed_systems.running import run_studies
from lab.study_command import say
from tgdfer_mm.files import DamagedFileError
from tgdfer_mm.video.checks import Number
from tgdfer_mm.video.errors import UsageError


def main(argv: list[str] | None = None) -> None:
    """Runs what is missing, and writes the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--out', type=Path, required=True, help='page to write, *.md')
    parser.add_argument('--work', type=Path, default=Path('work_dirs/seeds'))
    parser.add_argument('--only', nargs='+', default=(), metavar='NAME')
    parser.add_argument('--jobs', type=int, default=1, help='studies at once')
    args = parser.parse_args(argv)
    try:
        jobs = Number(least=1, whole=True).check('--jobs', args.jobs)
        chosen = read_studies(args.only)
    except UsageError as error:
        sys.exit(str(error))
    except ValueError as error:
        sys.exit(f'--only: {error}')
    if args.out.suffix != '.md':
        sys.exit(f'--out {args.out}: the page is written as .md')
    try:  # before hours are spent
        args.work.mkdir(parents=True, exist_ok=True)
        write_page(args.out, read_studies(), {})
    except (OSError, ValueError) as error:
        sys.exit(f'nothing is measured: {error}')
    torch.set_num_threads(1)
    init_default_scope('mmaction')
    try:
        with hushed():
            found, failed = run_studies(chosen, args.work.absolute(), say, jobs)
    except DamagedFileError as error:
        sys.exit(f'Nothing is measured: {error}')
    write_page(args.out, read_studies(), found)
    print(f'{args.out} is written')
    if failed:
        lines = (f'{name} was not measured: {why}' for name, why in failed.items())
        sys.exit('\n'.join(lines))


if __name__ == '__main__':
    main()
