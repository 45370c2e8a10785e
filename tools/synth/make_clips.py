"""Generates synthetic clips in the layout of DFEW, FERV39k or MAFW.

python tools/synth/make_clips.py --layout mafw --out data/SynthMAFW --videos
"""

import argparse
from argparse import SUPPRESS

from tgdfer_mm.synth.layouts import LAYOUTS
from tgdfer_mm.synth.levels import length_names, level_names
from tgdfer_mm.synth.styles import STYLES
from tgdfer_mm.synth.tree import SynthSpec, ensure_tree


def main(argv: list[str] | None = None) -> None:
    default = SynthSpec()
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument(
        '--layout',
        choices=list(LAYOUTS),
        default=default.layout,
        help='data set whose folders and lists are copied',
    )
    parser.add_argument(
        '--out',
        required=True,
        default=SUPPRESS,
        help='root folder of the data to write',
    )
    parser.add_argument(
        '--size', type=int, default=default.size, help='side of a frame, pixels'
    )
    parser.add_argument('--seed', type=int, default=default.seed, help='random seed')
    parser.add_argument(
        '--clips-per-class',
        type=int,
        default=default.clips_per_class,
        help='clips of each emotion in each of the five folds',
    )
    parser.add_argument(
        '--level',
        choices=level_names(),
        default=default.level,
        help='difficulty of the clips; demo is the easiest',
    )
    parser.add_argument(
        '--lengths',
        choices=length_names(),
        default=default.lengths,
        help='data set whose distribution of clip lengths is copied',
    )
    parser.add_argument(
        '--style',
        choices=list(STYLES),
        default=default.style,
        help='look of the drawn faces',
    )
    parser.add_argument(
        '--videos', action='store_true', help='also write the clips as MP4 files'
    )
    parser.add_argument(
        '--workers',
        type=int,
        default=SUPPRESS,
        help='number of processes; without it one for each core',
    )
    args = parser.parse_args(argv)
    options = vars(args)
    out, workers = options.pop('out'), options.pop('workers', None)
    try:
        ensure_tree(out, SynthSpec(**options), workers=workers)
    except (OSError, ValueError) as err:
        parser.exit(2, f'error: {out}: {err}\n')


if __name__ == '__main__':
    main()
