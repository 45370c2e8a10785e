"""Packs a data set into one file."""

from argparse import Namespace
from functools import partial
from pathlib import Path

from mmengine.registry import init_default_scope

from ..clips.clip_index import ClipIndex
from ..clips.pack import PackError
from ..datasets.progress import track
from ..datasets.tools.pack import journal_of, verify_pack, write_pack
from ..paths import find_config
from ..registry import DATASETS
from ..run_config.files import read_config
from ..run_config.walk import first_data_set
from ..terminal import say


def run(args: Namespace) -> int:
    """Packs, then reads everything back; returns the exit code."""
    if not Path(args.file).name:
        raise PackError(
            f'{args.file!r} is not the name of a file. Give one to write or verify.'
        )
    cfg = read_config(find_config(args.config))
    init_default_scope(cfg.get('default_scope', 'mmaction'))
    found = first_data_set(cfg)
    if found is None:
        raise PackError(f'{args.config}: it has no data set to pack.')
    node = {**found.config, 'pipeline': []}
    dataset = DATASETS.build(node)
    # Clips that this call has packed are not read again, only those of an earlier call.
    contents = args.verify or journal_of(args.file).exists()
    if not args.verify:
        show = partial(track, what='Packing')
        write_pack(dataset, args.file, args.raw, track=show)
        dataset = DATASETS.build(node)  # clips may have arrived meanwhile
    index = getattr(dataset.clips, 'index', None)
    if not isinstance(index, ClipIndex):
        raise PackError(f'{args.config}: it has no frame folders to compare with.')
    show = partial(track, what='Verifying')
    verify_pack(args.file, index, contents, track=show)
    say(f'{args.file}: whole, {Path(args.file).stat().st_size / 2**20:.1f} MiB')
    return 0
