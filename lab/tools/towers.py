"""Tests every model of open_clip under TG-DFER, and writes the page about them.

    python lab/tools/towers.py --out docs/towers.json    # also writes docs/towers.md
    python lab/tools/towers.py --limit 0                 # builds all, and runs none
    python lab/tools/towers.py RN50 ViT-B-16-SigLIP2     # these alone

Towers are built without content, and run on two frames, or two texts, if they have less
than 400 million parameters. Weights are random: nothing is fetched. Finished models are
kept, and a second call continues; a file of other versions of the packages is written
again. One process at a time, 4 GB of memory. Needs Linux.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

import open_clip
import torch

import tgdfer_mm  # noqa: F401  registers everything, repairs what has to be
from lab.towers.page import page_text
from lab.towers.survey import survey
from tgdfer_mm.files import write_text
from tgdfer_mm.locks import BusyError, held
from tgdfer_mm.video.errors import InputError


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parses the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('names', nargs='*', help='models of open_clip; default: all')
    parser.add_argument(
        '--out', type=Path, default=Path('work_dirs/towers/towers.json')
    )
    parser.add_argument(
        '--limit', type=float, default=400, help='million parameters, default 400'
    )
    parser.add_argument(
        '--seconds', type=float, default=600, help='for one model, default 600'
    )
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Tests missing models, and writes the page."""
    args = parse_args(argv)
    known = open_clip.list_models()
    unknown = sorted({*args.names} - {*known})
    if unknown:
        sys.exit(
            f'{", ".join(unknown)}: no model of open_clip. '
            'open_clip.list_models() names them.'
        )
    torch.set_num_threads(1)  # processes are forked
    page = args.out.with_suffix('.md')
    try:
        with held(args.out.with_suffix('.lock'), f'the survey in {args.out}'):
            found = survey(
                args.names or known,
                args.out,
                int(args.limit * 1e6),
                args.seconds,
                lambda line: print(line, flush=True),
            )
            write_text(page, page_text(found))
    except (BusyError, InputError) as error:
        sys.exit(str(error))
    print(f'{page} is written')


if __name__ == '__main__':
    main()
