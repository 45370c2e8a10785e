"""Describes the voices of a data set's clips in words.

    python -m projects.vowelprompt CONFIG captions.csv
    python -m projects.vowelprompt CONFIG captions.csv --facts facts.jsonl

CONFIG is a config file or the name of one, whose data set has videos (media='videos')
or drawn clips with a sound (sound='true').
"""

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterator, Sequence
from copy import deepcopy
from pathlib import Path


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command line; returns the exit code: 4 if a clip was left out."""
    parser = ArgumentParser(
        prog='python -m projects.vowelprompt',
        description=__doc__,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument('config')
    parser.add_argument('captions', type=Path, help='file of captions to write, .csv')
    parser.add_argument(
        '--facts',
        type=Path,
        help='file of facts to write, .jsonl, for projects.vlm --facts',
    )
    parser.add_argument(
        '--fold', type=int, help='fold of the data set; by default that of the config'
    )
    parser.add_argument(
        '--text-grids',
        type=Path,
        help='folder with a <clip>.TextGrid for each clip: measures its vowels',
    )
    parser.add_argument('--tier', default='phones', help='of the vowels')
    parser.add_argument('--cfg-options', nargs='+', default=[], metavar='KEY=VALUE')
    args = parser.parse_args(argv)
    import tgdfer_mm  # noqa: F401  registers everything
    from tgdfer_mm.settings import parse_settings
    from tgdfer_mm.terminal import complain, guard_streams, say

    guard_streams()
    try:
        return write_words(
            args.config,
            args.captions,
            args.facts,
            args.fold,
            args.text_grids,
            args.tier,
            parse_settings(args.cfg_options),
            say,
        )
    except Exception as error:
        code = getattr(error, 'exit_code', 2 if isinstance(error, OSError) else None)
        if code is None:
            raise
        complain(error)
        return code


def write_words(config, captions, facts, fold, grids, tier, options, report) -> int:
    """Listens to all clips, and writes the files; returns the exit code."""
    from tgdfer_mm.apis.writing import prepare_folder
    from tgdfer_mm.files import write_text
    from tgdfer_mm.movements.writing import write_captions
    from tgdfer_mm.sound.voice_words import describe_stretches
    from tgdfer_mm.video.errors import INCOMPLETE, InputError, UsageError

    from .listening import listen

    if captions.suffix.lower() != '.csv':
        raise UsageError(f'{captions}: the captions are written as .csv')
    if facts is not None and facts.resolve() == captions.resolve():
        raise UsageError(f'--facts {facts}: is the file of the captions')
    if grids is not None and not grids.is_dir():
        raise UsageError(f'--text-grids {grids}: there is no such folder')
    for path in filter(None, (captions, facts)):
        if path.is_dir():
            raise UsageError(f'{path}: is a folder, not a file to write')
        prepare_folder(path.parent, str(path))  # checked before hours of listening
    rows = list(_rows(config, fold, options or {}))
    heard = listen(rows, grids, tier, report)
    if not heard:
        raise InputError(f'{config}: no clip has a sound that can be read')
    write_captions(captions, {each.clip: each.words for each in heard})
    if facts is not None:
        lines = []
        for each in heard:
            told = describe_stretches(each.stretches, each.scaled)
            voice = [f'{a:.1f} to {b:.1f} s: {text}' for a, b, text in told]
            person = dict(id=1, movements=[each.words, *voice])
            lines.append(json.dumps(dict(clip=each.clip, people=[person])) + '\n')
        write_text(facts, ''.join(lines))
    report(f'{captions}: {len(heard)} of {len(rows)} clips')
    return INCOMPLETE if len(heard) < len(rows) else 0


def _rows(config: str, fold: int | None, options: dict) -> Iterator[dict]:
    """The rows of all data sets of a config, each clip once."""
    from mmengine.registry import init_default_scope

    from tgdfer_mm.recipe.apply import located
    from tgdfer_mm.recipe.fold import choose_fold
    from tgdfer_mm.recipe.loading import load_config
    from tgdfer_mm.recipe.recipe import Recipe
    from tgdfer_mm.registry import DATASETS
    from tgdfer_mm.run_config.walk import data_sets
    from tgdfer_mm.video.errors import UsageError

    cfg = load_config(config, {} if fold is None else dict(fold=fold), options)
    init_default_scope(cfg.get('default_scope', 'mmaction'))
    cfg = located(cfg)
    choose_fold(cfg, Recipe.of(cfg))
    seen = set()
    for found in data_sets(cfg, 'train_dataloader', 'test_dataloader'):
        node = deepcopy(dict(found.config))
        node['pipeline'] = []
        data = DATASETS.build(node)
        for i in range(len(data)):
            row = data.get_data_info(i)
            if 'sound' not in row and 'filename' not in row:
                raise UsageError(
                    f'{config}: its clips are folders of pictures, which have no '
                    "sound. Give the data set media='videos'"
                )
            if row['clip'] not in seen:
                seen.add(row['clip'])
                yield row
