"""Trains several folds and seeds at once on the features of a frozen tower.

    python lab/tools/train_many.py configs/tgdfer_dfew.py --folds 1-5 --seeds 0-2 \\
        --cache-features features --views 4 \\
        --cfg-options model.backbone.frozen_stages=all

Writes the files of tools/run_folds.py: <work-dir>/seed<s>/fold<k>/predictions.jsonl,
and results.json with the figures of the whole protocol.
"""

import json
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.logging import MMLogger
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

import tgdfer_mm  # noqa: F401  registers everything, repairs what has to be
from lab.many.models import ManyModels
from lab.many.write import folder_of, judge_member, save_member
from tgdfer_cli.common import add_common_arguments, add_recipe_arguments
from tgdfer_mm.commands.config import load_config
from tgdfer_mm.devices import DeviceError, check_device
from tgdfer_mm.engine.glibc_memory import keep_freed_memory
from tgdfer_mm.files import write_text
from tgdfer_mm.protocol import aggregate, load_result, parse_numbers
from tgdfer_mm.recipe import Recipe, apply_recipe


def parse_args(argv: list[str] | None = None) -> Namespace:
    """Parses the command line."""
    parser = ArgumentParser(
        description=__doc__, formatter_class=RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='the config file')
    parser.add_argument('--folds', type=parse_numbers, help='such as 1-5')
    parser.add_argument('--seeds', type=parse_numbers, default=[0], help='such as 0-2')
    parser.add_argument(
        '--cache-features', metavar='DIR', default='features', help='where caches are'
    )
    parser.add_argument(
        '--device', default='cuda' if torch.cuda.is_available() else 'cpu'
    )
    parser.add_argument(
        '--no-checkpoints',
        action='store_true',
        help='write only predictions, no checkpoints',
    )
    add_recipe_arguments(parser, 'features')
    add_common_arguments(parser)
    args = parser.parse_args(argv)
    try:
        check_device(args.device)
    except DeviceError as err:
        parser.error(str(err))
    return args


def make_configs(args: Namespace) -> list[Config]:
    """The config of each fold, on computed features."""
    if args.fold is not None or args.launcher != 'none':
        raise ValueError('Use --folds, and one process: the models share a device.')
    configs = []
    for fold in args.folds or [None]:
        args.fold = fold
        cfg = load_config(args)
        rule = Recipe.of(cfg).selection
        if rule not in (None, 'last'):
            raise ValueError(
                f'selection={rule!r}: many runs at once give the last epoch '
                'only; use tools/run_folds.py, or selection=last.'
            )
        apply_recipe(cfg)
        configs.append(cfg)
    return configs


def main() -> None:
    """Trains, tests and prints the numbers."""
    args = parse_args()
    MMLogger.get_instance('tgdfer_mm', log_level='INFO')
    if args.device == 'cpu':
        keep_freed_memory()
    root = Path(args.work_dir or Path('work_dirs', f'{Path(args.config).stem}_many'))
    many = ManyModels(make_configs(args), args.seeds, args.device)
    many.train()
    results = []
    for member in many.members:
        judge_member(member, root)
        if not args.no_checkpoints:
            save_member(member, root)
        path = folder_of(member, root) / 'predictions.jsonl'
        name = str(path.parent.relative_to(root))
        results.append(load_result(path, name, member.seed, member.fold))
    numbers = aggregate(results)
    write_text(root / 'results.json', json.dumps(numbers, indent=2) + '\n')
    table = Table('run', 'WAR', 'UAR', title=f'{len(results)} runs, last epoch')
    for run in numbers['runs']:
        values = (run['numbers'][name] for name in ('WAR', 'UAR'))
        table.add_row(run['run'], *(f'{value:.2f}' for value in values))
    Console().print(table)
    Console().print(f'{root / "results.json"}', highlight=False)


if __name__ == '__main__':
    main()
