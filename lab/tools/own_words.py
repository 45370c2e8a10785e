"""Measures the search by words for movements that no class has, and writes the page.

    python lab/tools/own_words.py --docs docs/own_words.md

Clips are drawn, nothing is trained. One process, some minutes on one core.
"""

import argparse
import shlex
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

import numpy as np
import torch
from rich.progress import track

from lab.movements.page import write_page
from lab.movements.study import auroc, draw, judge, plan_clip, strength
from lab.study_command import checked_page
from tgdfer_mm.apis import load_model
from tgdfer_mm.models.text.movement_texts import named_movements
from tgdfer_mm.video.checks import Number


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parses the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--clips', type=int, default=12, help='of each movement')
    parser.add_argument('--docs', type=Path, default=Path('own_words.md'))
    return parser.parse_args(argv)


def main() -> None:
    """Draws, asks both models, and writes the page."""
    args = parse_args()
    checked_page(args.docs)
    each = Number(least=1, whole=True).check('--clips', args.clips)
    torch.set_num_threads(1)
    asked = list(named_movements())
    plans = [one for one in asked for _ in range(each)]
    drawn = [
        draw(plan_clip(one, number))
        for number, one in enumerate(track(plans, 'drawing'))
    ]
    clips = [frames for frames, _ in drawn]
    truth = [np.stack([strength(units, one) for _, units in drawn]) for one in asked]
    towers = judge(load_model('tgdfer_demo'), clips, asked)
    trained = judge(load_model('demo'), clips, asked)
    other = [
        next(i for i in np.roll(range(len(asked)), -k) if asked[i].region != one.region)
        for k, one in enumerate(asked)
    ]
    scores = dict(Towers=towers, Demo=trained)
    scores['Other words'] = towers[:, :, other]
    figures = {
        name: [auroc(values[..., k], true) for k, true in enumerate(truth)]
        for name, values in scores.items()
    }
    command = shlex.join(['python', *sys.argv])
    write_page(args.docs, asked, figures, each, command)
    print(f'wrote {args.docs}')


if __name__ == '__main__':
    main()
