"""Packs all frames of a config's data set into one file, and verifies it.

    python tools/data/pack.py configs/tgdfer_dfew.py data/DFEW/clip_224x224.pack
    python tools/train.py configs/tgdfer_dfew.py --pack data/DFEW/clip_224x224.pack

Killed, run it again: it goes on. Frames are kept as they are on disk; --raw decodes
them. Of a file that is there already, --verify compares every clip with its hash and
with the folder.
"""

import argparse
import sys
from functools import partial
from pathlib import Path

from mmengine.config import Config
from mmengine.registry import init_default_scope

import tgdfer_mm  # noqa: F401  registers everything, repairs what has to be
from tgdfer_mm.datasets.packed.reader import PackError
from tgdfer_mm.datasets.packed.writer import verify_pack, write_pack
from tgdfer_mm.datasets.progress import track
from tgdfer_mm.recipe.walk import first_data_set
from tgdfer_mm.registry import DATASETS


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parses the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='a config whose data set is to be packed')
    parser.add_argument('file', help='the file to write, or to verify')
    parser.add_argument('--raw', action='store_true', help='decode the frames')
    parser.add_argument(
        '--verify', action='store_true', help='write nothing, look at the file again'
    )
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Packs, then reads everything back."""
    args = parse_args(argv)
    cfg = Config.fromfile(args.config)
    init_default_scope(cfg.get('default_scope', 'mmaction'))
    found = first_data_set(cfg)
    if found is None:
        print(f'error: {args.config} has no data set', file=sys.stderr)
        return 1
    dataset = DATASETS.build({**found.config, 'pipeline': []})
    try:
        if not args.verify:
            show = partial(track, what='Packing')
            write_pack(dataset, args.file, args.raw, track=show)
        show = partial(track, what='Verifying')
        # What has just been read need not be read again.
        folder = dataset.media_dir if args.verify else None
        verify_pack(args.file, folder, track=show)
    except (FileExistsError, PackError) as error:
        print(f'error: {error}', file=sys.stderr)
        return 1
    print(f'{args.file}: whole, {Path(args.file).stat().st_size / 2**20:.1f} MiB')
    return 0


if __name__ == '__main__':
    sys.exit(main())
