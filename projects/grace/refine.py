"""Rewrites the caption of each clip with a command of yours.

    python projects/grace/refine.py captions.csv refined.jsonl --clips FRAMES -- COMMAND

The command runs once for each clip. It reads one JSON object from its standard input
(clip, caption, path) and prints the refined text. A second call continues where the
first one ended.
"""

import argparse
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

from tgdfer_mm.datasets.caption_files import read_captions
from tgdfer_mm.datasets.refined_captions import refine_captions
from tgdfer_mm.locks import BusyError
from tgdfer_mm.terminal import complain, say
from tgdfer_mm.video.checks import Number


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parses the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('captions', help='table or JSON file with the captions')
    parser.add_argument('out', help='file of JSON lines to write or to continue')
    parser.add_argument(
        '--clips', type=Path, help='folder with the frames or the video of each clip'
    )
    parser.add_argument('--refiner', help='its name in the file; the command')
    parser.add_argument('--timeout', type=float, default=600.0, help='seconds a clip')
    parser.add_argument('command', nargs='+', help='program and arguments, after --')
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Refines all captions; returns 1 if a clip was not refined, 2 if a file or an
    option is wrong.
    """
    args = parse_args(argv)
    try:
        timeout = Number(above=0, most=1e6).check('--timeout', args.timeout)
        if shutil.which(args.command[0]) is None:
            raise FileNotFoundError(f'there is no program {args.command[0]!r}')
        captions = read_captions(args.captions)
        clips = None if args.clips is None else find_clips(args.clips, captions)
        failed = refine_captions(
            captions, args.out, args.command, clips, args.refiner, timeout
        )
    except (OSError, ValueError, BusyError) as error:
        complain(error)
        return 2
    except KeyboardInterrupt:
        print('stopped; the same command goes on', file=sys.stderr)
        return 130
    for clip, why in failed.items():
        complain(f'clip {clip}: {why}')
    say(f'{len(captions) - len(failed)} of {len(captions)} clips are refined')
    return 1 if failed else 0


def find_clips(folder: Path, names: Iterable[str]) -> dict[str, Path]:
    """The folder of frames or the video of each clip that has one.

    Raises:
        NotADirectoryError: There is no such folder.
        ValueError: Two of its entries are named as one clip.
    """
    if not folder.is_dir():
        raise NotADirectoryError(f'--clips {folder}: there is no such folder')
    names, found = set(names), {}
    for place in sorted(folder.iterdir()):
        name = place.name if place.is_dir() else place.stem
        if name in names and name in found:
            raise ValueError(
                f'--clips {folder}: both {found[name].name} and {place.name} are clip '
                f'{name}; leave one of them there'
            )
        found[name] = place
    return {name: place for name, place in found.items() if name in names}


if __name__ == '__main__':
    sys.exit(main())
