"""Draws a video of two people with a cut and a stretch without anybody.

python tools/synth/make_video.py my_video.mp4
"""

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    if not (ROOT / 'lab').is_dir():  # a wheel has the tools alone
        parser.exit(2, 'Use tools/synth/make_video.py in a checkout.\n')
    sys.path.insert(0, str(ROOT))
    from lab.film import FilmSpec, write_film
    from tgdfer_mm.video.errors import VideoError

    default = FilmSpec()
    parser.add_argument('out', help='*.mp4; <name>.truth.json is written next to it')
    parser.add_argument('--seed', type=int, default=default.seed)
    parser.add_argument('--width', type=int, default=default.width, help='pixels')
    parser.add_argument('--fps', type=int, default=default.fps)
    parser.add_argument(
        '--shot', type=float, default=default.shot, help='seconds of each shot of both'
    )
    parser.add_argument(
        '--empty', type=float, default=default.empty, help='seconds without anybody'
    )
    parser.add_argument(
        '--sound',
        choices=('true', 'other'),
        help='a made-up voice that follows what is shown, or something else',
    )
    args = parser.parse_args(argv)
    try:
        own = (args.seed, args.width, args.fps, args.shot, args.empty, args.sound)
        spec = FilmSpec(*own)
        truth = write_film(args.out, spec)
    # FFmpeg's errors are of one of the last two kinds.
    except (VideoError, OSError, ValueError) as err:
        parser.exit(getattr(err, 'exit_code', 2), f'error: {args.out}: {err}\n')
    episodes = sum(len(track['episodes']) for track in truth['tracks'])
    print(f'{args.out}: SYNTHETIC, {truth["frames"]} frames, {episodes} episodes')


if __name__ == '__main__':
    main()
