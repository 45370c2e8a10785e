"""Packing a data set into one file."""

import sys
from argparse import Namespace
from functools import partial
from pathlib import Path

from mmengine.registry import init_default_scope

from ..clips.pack import PackError
from ..datasets.progress import track
from ..datasets.tools.pack import verify_pack, write_pack
from ..paths import find_config
from ..registry import DATASETS
from ..run_config.files import read_config
from ..run_config.walk import first_data_set


def run(args: Namespace) -> int:
    """Packs, then reads everything back; returns the exit code."""
    cfg = read_config(find_config(args.config))
    init_default_scope(cfg.get('default_scope', 'mmaction'))
    found = first_data_set(cfg)
    if found is None:
        print(f'error: {args.config}: it has no data set to pack', file=sys.stderr)
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
