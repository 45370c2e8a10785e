"""Measures trainings on few clips of SynthDFER, and writes the page about them.

    tgdfer models get fer2013-xception
    python lab/tools/few_clips.py --out work_dirs/few --docs docs/few_clips.md

Each arm of lab/few/plan.json first chooses its recipe on separate drawn people. It is
then trained on 5 to 50 clips of each class. Finished parts are kept: a second call
continues. One process, about 40 minutes.
"""

import argparse
import shlex
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

import torch
from rich.progress import track

import tgdfer_mm  # noqa: F401  registers everything, repairs what has to be
from lab.evidence.quiet import hushed
from lab.evidence.train import OtherConfigError
from lab.few.page import write_page
from lab.few.study import (
    choose_recipe,
    figure_runs,
    perform,
    read_plan,
    switch_runs,
)
from lab.study_command import checked_page
from tgdfer_mm.catalogue.folders import local_file
from tgdfer_mm.locks import BusyError, held
from tgdfer_mm.video.errors import InputError

OTHER_TOWER = 'models://fer2013-xception/model.safetensors'


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parses the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--out', type=Path, default=Path('work_dirs/few'))
    parser.add_argument('--docs', type=Path, help='page to write, *.md')
    return parser.parse_args(argv)


def main() -> None:
    """Runs what is missing, and writes the page."""
    args = parse_args()
    plan, root = read_plan(), args.out.absolute()
    torch.set_num_threads(1)
    page = checked_page(args.docs) or root / 'few_clips.md'
    try:
        local_file(OTHER_TOWER)
        with held(root / '.lock', f'the study in {root}'), hushed():
            recipes = {
                arm: choose_recipe(plan, arm, root)
                for arm in track(plan['arms'], 'choosing recipes')
            }
            reference = plan['reference']
            runs = [
                *switch_runs(plan, reference, recipes[reference]),
                *figure_runs(plan, recipes),
            ]
            for run in track(runs, 'training'):
                perform(run, plan, root)
            write_page(plan, recipes, root, page, shlex.join(['python', *sys.argv]))
    except (BusyError, InputError, OtherConfigError) as error:
        sys.exit(str(error))
    print(f'{page} is written')


if __name__ == '__main__':
    main()
