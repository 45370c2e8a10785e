"""Draws a video of two people, with a cut and a part in which nobody is seen.

python tools/synth/make_video.py my_video.mp4
"""

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    if not (ROOT / 'lab').is_dir():  # a wheel has only the tools
        parser.exit(2, 'Use tools/synth/make_video.py in a checkout.\n')
    sys.path.insert(0, str(ROOT))
    from lab.film import FilmSpec, write_film
    from tgdfer_mm.video.errors import VideoError

    default = FilmSpec()
    parser.add_argument(
        'out', help='file to write, *.mp4; its truth goes next to it, *.truth.json'
    )
    parser.add_argument('--seed', type=int, default=default.seed, help='random seed')
    parser.add_argument(
        '--width', type=int, default=default.width, help='width of a frame, pixels'
    )
    parser.add_argument(
        '--fps', type=int, default=default.fps, help='frames per second'
    )
    parser.add_argument(
        '--shot',
        type=float,
        default=default.shot,
        help='length of each shot of both, seconds',
    )
    parser.add_argument(
        '--empty',
        type=float,
        default=default.empty,
        help='length of the part without anybody, seconds',
    )
    parser.add_argument(
        '--sound',
        choices=('true', 'other'),
        default=argparse.SUPPRESS,
        help='add an invented voice that follows the shown emotions, or other ones; '
        'without it there is no sound',
    )
    args = parser.parse_args(argv)
    try:
        own = (args.seed, args.width, args.fps, args.shot, args.empty)
        spec = FilmSpec(*own, getattr(args, 'sound', None))
        truth = write_film(args.out, spec)
    # FFmpeg's errors are of one of the last two kinds.
    except (VideoError, OSError, ValueError) as err:
        parser.exit(getattr(err, 'exit_code', 2), f'error: {args.out}: {err}\n')
    episodes = sum(len(track['episodes']) for track in truth['tracks'])
    print(f'{args.out}: SYNTHETIC, {truth["frames"]} frames, {episodes} episodes')


if __name__ == '__main__':
    main()
