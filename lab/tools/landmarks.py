"""Measures whether landmarks help under nuisance, and whether shuffled ones do not.

    python lab/tools/landmarks.py --out landmarks.json  # six repeats; resumable

A small tower of S2D learns clips of one level and is tested on those of another, of
other people, with true landmarks, with those of another clip, and with none.
"""

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

from mmengine.registry import init_default_scope

import tgdfer_mm  # noqa: F401  registers everything
from lab.evidence.differences import paired_difference
from lab.landmarks.study import PEOPLE, PLANES, Sizes, draw, train_and_test
from tgdfer_mm.files import write_text
from tgdfer_mm.synth.levels import level_names


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--train', default='easy', choices=level_names())
    parser.add_argument('--test', default='hard', choices=level_names())
    parser.add_argument('--repeats', type=int, default=6)
    parser.add_argument('--clips', type=int, help='of training; half as many of test')
    parser.add_argument('--epochs', type=int)
    parser.add_argument('--out', type=Path, default=Path('landmarks.json'))
    args = parser.parse_args()
    init_default_scope('mmaction')
    sizes = Sizes()
    if args.clips:
        sizes = Sizes(train=args.clips, test=max(args.clips // 2, 7))
    if args.epochs:
        sizes = Sizes(**{**vars(sizes), 'epochs': args.epochs})
    setting = dict(train=args.train, test=args.test, sizes=vars(sizes))
    known = {}
    if args.out.is_file():
        before = json.loads(args.out.read_text(encoding='utf-8'))
        if before['setting'] != setting:
            sys.exit(f'{args.out} is of another setting: {before["setting"]}')
        known = before['uar']
    uar = {kind: known.get(kind, []) for kind in PLANES}
    for seed in range(args.repeats):
        if all(len(uar[kind]) > seed for kind in PLANES):
            continue
        train = draw(args.train, sizes.train, 100 + seed, 0, sizes)
        test = draw(args.test, sizes.test, 200 + seed, PEOPLE, sizes)
        for kind in PLANES:
            if len(uar[kind]) <= seed:
                uar[kind].append(train_and_test(train, test, kind, seed, sizes))
                print(f'repeat {seed}, {kind}: UAR {uar[kind][-1]:.1f}', flush=True)
                write_text(args.out, _text(setting, uar))
    for kind in PLANES[1:]:
        print(f'{kind} less none: {paired_difference(uar["none"], uar[kind])}')


def _text(setting: dict, uar: dict) -> str:
    return json.dumps(dict(setting=setting, uar=uar), indent=1) + '\n'


if __name__ == '__main__':
    main()
