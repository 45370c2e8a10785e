"""Generates synthetic clips in the layout of DFEW, FERV39k or MAFW.

python tools/synth/make_clips.py --layout mafw --out data/SynthMAFW --videos
"""

import argparse

from tgdfer_mm.synth.layouts import LAYOUTS
from tgdfer_mm.synth.tree import SynthSpec, ensure_tree


def main(argv: list[str] | None = None) -> None:
    default = SynthSpec()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--layout', choices=list(LAYOUTS), default=default.layout)
    parser.add_argument('--out', required=True, help='data root to write')
    parser.add_argument('--size', type=int, default=default.size, help='pixels')
    parser.add_argument('--seed', type=int, default=default.seed)
    parser.add_argument(
        '--clips-per-class',
        type=int,
        default=default.clips_per_class,
        help='clips of each emotion in each of the five folds',
    )
    parser.add_argument('--videos', action='store_true', help='write MP4 files too')
    parser.add_argument('--workers', type=int, help='processes; one per core if left')
    args = parser.parse_args(argv)
    spec = SynthSpec(
        args.layout, args.size, args.seed, args.clips_per_class, args.videos
    )
    ensure_tree(args.out, spec, workers=args.workers)


if __name__ == '__main__':
    main()
