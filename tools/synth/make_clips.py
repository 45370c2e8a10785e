"""Generates synthetic clips in the layout of DFEW, FERV39k or MAFW.

python tools/synth/make_clips.py --layout mafw --out data/SynthMAFW --videos
"""

import argparse

from tgdfer_mm.synth.layouts import LAYOUTS
from tgdfer_mm.synth.levels import length_names, level_names
from tgdfer_mm.synth.styles import STYLES
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
    parser.add_argument('--level', choices=level_names(), default=default.level)
    parser.add_argument(
        '--lengths',
        choices=length_names(),
        default=default.lengths,
        help='benchmark whose distribution of lengths is taken',
    )
    parser.add_argument('--style', choices=list(STYLES), default=default.style)
    parser.add_argument('--videos', action='store_true', help='write MP4 files too')
    parser.add_argument('--workers', type=int, help='processes; one per core if left')
    args = parser.parse_args(argv)
    options = vars(args)
    out, workers = options.pop('out'), options.pop('workers')
    ensure_tree(out, SynthSpec(**options), workers=workers)


if __name__ == '__main__':
    main()
