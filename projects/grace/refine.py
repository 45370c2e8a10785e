"""Has the caption of each clip rewritten by a command of yours.

    python projects/grace/refine.py captions.csv refined.jsonl --clips FRAMES -- COMMAND

The command runs once a clip, reads one JSON object on its standard input (clip,
caption, path) and prints the refined text. A second call goes on where this one ended.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

from tgdfer_mm.datasets.caption_files import read_captions
from tgdfer_mm.datasets.refined_captions import refine_captions


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parses the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('captions', help='table or JSON with the captions')
    parser.add_argument('out', help='JSON lines to write, or to go on with')
    parser.add_argument(
        '--clips', type=Path, help='folder with a folder of frames or a video each'
    )
    parser.add_argument('--refiner', help='its name in the file; the command')
    parser.add_argument('--timeout', type=float, default=600.0, help='seconds a clip')
    parser.add_argument('command', nargs='+', help='program and arguments, after --')
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Refines; gives 1 if a clip was not refined, 2 if a file is wrong."""
    args = parse_args(argv)
    try:
        captions = read_captions(args.captions)
        clips = None if args.clips is None else find_clips(args.clips, captions)
        failed = refine_captions(
            captions, args.out, args.command, clips, args.refiner, args.timeout
        )
    except (OSError, ValueError) as error:
        print(f'error: {error}', file=sys.stderr)
        return 2
    for clip, why in failed.items():
        print(f'clip {clip}: {why}', file=sys.stderr)
    print(f'{len(captions) - len(failed)} of {len(captions)} clips are refined')
    return 1 if failed else 0


def find_clips(folder: Path, names) -> dict[str, Path]:
    """The folder of frames or the video of each clip that has one."""
    places = {p.name if p.is_dir() else p.stem: p for p in sorted(folder.iterdir())}
    return {name: places[name] for name in names if name in places}


if __name__ == '__main__':
    sys.exit(main())
