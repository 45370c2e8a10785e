"""Measures the effect of landmarks on clips with nuisances, against shuffled ones.

    python lab/tools/landmarks.py --out landmarks.json  # six repeats; resumable

A small tower of S2D is trained on the strongest frames of clips with nuisances, and
tested on those of other people: with true landmarks, with those of another clip, and
with none.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

from mmengine.registry import init_default_scope

import tgdfer_mm  # noqa: F401  registers everything
from lab.evidence.differences import paired_difference
from lab.evidence.train import OtherConfigError
from lab.landmarks.study import PLANES, Sizes, measure
from tgdfer_mm.files import DamagedFileError
from tgdfer_mm.synth.levels import level_names


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--train', default='hard', choices=level_names())
    parser.add_argument('--test', default='hard', choices=level_names())
    parser.add_argument('--repeats', type=int, default=6)
    parser.add_argument(
        '--clips', type=int, help='training clips; half as many test clips'
    )
    parser.add_argument('--epochs', type=int)
    parser.add_argument('--out', type=Path, default=Path('landmarks.json'))
    args = parser.parse_args()
    init_default_scope('mmaction')
    sizes = Sizes()
    if args.clips:
        sizes = Sizes(train=args.clips, test=max(args.clips // 2, 7))
    if args.epochs:
        sizes = Sizes(**{**vars(sizes), 'epochs': args.epochs})
    levels = args.train, args.test
    try:
        uar = measure(
            args.out,
            levels,
            args.repeats,
            sizes,
            report=lambda line: print(line, flush=True),
        )
    except (OtherConfigError, DamagedFileError) as error:
        sys.exit(str(error))
    for kind in PLANES[1:]:
        print(f'{kind} less none: {paired_difference(uar["none"], uar[kind])}')


if __name__ == '__main__':
    main()
