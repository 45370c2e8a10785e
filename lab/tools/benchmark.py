"""Measures speed in pairs of programs that run in turn.

    python lab/tools/benchmark.py tower configs/tgdfer_dfew_vit-b32.py --clips 2
    python lab/tools/benchmark.py loader --out results.json
    python lab/tools/benchmark.py report results.json

Each row is the median ratio of the pairs with its 95 % bootstrap interval. Several
commands may write one file; `report` writes its rows into docs/performance.md, which
explains each row. Weights are random and clips are generated: neither changes a cost.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import torch
from mmengine.config import Config, DictAction

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

import tgdfer_mm  # noqa: F401  registers everything, repairs what has to be
from lab.benchmark import (
    accelerator,
    against,
    data,
    frozen,
    growth,
    profile,
    report,
    tower,
    waiting,
)
from lab.benchmark.pairs import Results, read_results
from lab.paths import DOCS
from tgdfer_mm.engine.glibc_memory import keep_freed_memory
from tgdfer_mm.paths import config_dir

B16, B32 = 'tgdfer_dfew.py', 'tgdfer_dfew_vit-b32.py'


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parses the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest='command', required=True)
    both = ('training', 'inference')
    shared = dict(
        clips=dict(type=int, default=2, help='batch size'),
        pairs=dict(type=int, default=15, help='of each row'),
        out=dict(metavar='FILE', help='JSON file for the rows'),
        folder=dict(help='folder for generated files; by default temporary'),
        device=dict(default='cuda' if torch.cuda.is_available() else 'cpu'),
        bf16=dict(action='store_true', help='autocast to bfloat16'),
        only=dict(nargs=1, choices=both, default=both),
    )

    def add(name: str, what: str, options: str, config: str | None = None):
        command = commands.add_parser(name, help=what, description=what)
        if config:
            default = str(config_dir() / config)
            command.add_argument('config', nargs='?', default=default)
            command.add_argument(
                '--cfg-options', nargs='+', action=DictAction, default={}
            )
        for option in options.split():
            command.add_argument(f'--{option}', **shared[option])
        return command

    steps = 'clips pairs out device bf16'
    add('tower', 'the model against its tower alone', f'{steps} only', B32)
    what = 'the model against the released DFER-CLIP'
    command = add('against', what, f'{steps} only', B32)
    command.add_argument('code', type=Path, help='a checkout of its repository')
    what = 'a training step with and without each option'
    command = add('options', what, 'clips pairs out device', B16)
    options = list(tower.OPTIONS)
    command.add_argument('--only', nargs='+', choices=options, default=options)
    add('decoders', 'decoders of JPEG files against cv2, on one core', 'pairs out')
    what = "the loader against mmaction2's pipeline, on one core"
    add('loader', what, 'pairs out folder')
    what = 'packed files against folders and mmaction2, on one core'
    add('packed', what, 'pairs out folder')
    what = 'the share of a step that waits for data'
    command = add('waiting', what, f'{steps} folder', B32)
    command.add_argument('--workers', type=int)
    what = 'training on cached features against the frozen tower'
    add('cached', what, 'clips pairs out folder device', B16)
    what = 'folds and seeds at once against one after the other'
    command = add('many', what, 'pairs out folder device', B32)
    command.add_argument('--folds', type=int, default=5, choices=range(1, 6))
    command.add_argument('--seeds', type=int, default=3)
    command = add('growth', 'time and memory by size', 'out device', B32)
    curves = list(growth.POINTS)
    command.add_argument('--curves', nargs='+', choices=curves, default=curves)
    what = 'all rows that need an accelerator'
    command = add('accelerator', what, 'pairs out folder device')
    command.add_argument('--clips', type=int, default=48, help='batch size')
    command.add_argument('--code', type=Path, help='a checkout of DFER-CLIP')
    command = add(
        'profile', 'time of the parts of a step', 'clips device bf16 only', B32
    )
    command.add_argument(
        '--trace', metavar='FOLDER', help='folder for traces of Perfetto'
    )
    command = commands.add_parser('report', help='write docs/performance.md')
    command.add_argument(
        'results',
        type=Path,
        nargs='?',
        default=DOCS / 'performance.json',
        help='what --out kept',
    )
    command.add_argument('--page', type=Path, default=DOCS / 'performance.md')
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Measures, or writes the report."""
    args = parse_args(argv)
    # As tools/train.py does; each point of growth has a process of its own.
    if vars(args).get('device') == 'cpu' and args.command != 'growth':
        keep_freed_memory()
    if args.command == 'report':
        picture = args.page.parent / 'images/performance_growth.png'
        report.write_report(read_results(args.results), args.page, picture)
        print(args.page)
        return
    if args.command == 'profile':
        tables = profile.profile_steps(
            *(read_config(args), args.clips, args.device, args.bf16),
            which=args.only,
            trace=args.trace,
        )
        print('\n\n'.join(f'{name}\n{table}' for name, table in tables.items()))
        return
    results = Results(args.out, vars(args).get('device', 'cpu'))
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(vars(args).get('folder') or temporary)
        folder.mkdir(parents=True, exist_ok=True)
        measure(args, results, folder)


def read_config(args: argparse.Namespace) -> Config:
    """The config of the command line with its changes."""
    cfg = Config.fromfile(args.config)
    cfg.merge_from_dict(args.cfg_options)
    return cfg


def measure(args: argparse.Namespace, results: Results, folder: Path) -> None:
    """Runs the command's rows."""
    cfg = read_config(args) if 'config' in args else None
    pairs, device = vars(args).get('pairs'), results.device
    match args.command:
        case 'tower':
            tower.tower_rows(
                results, cfg, args.clips, pairs, device, args.bf16, args.only
            )
        case 'against':
            against.against_rows(
                *(results, cfg, args.code, args.clips, pairs, device, args.bf16),
                which=args.only,
            )
        case 'options':
            tower.option_rows(results, cfg, args.clips, pairs, device, args.only)
        case 'decoders':
            data.decoder_rows(results, pairs)
        case 'loader':
            data.loader_rows(results, pairs, folder)
        case 'packed':
            data.packed_rows(results, pairs, folder)
        case 'waiting':
            waiting.wait_rows(
                *(results, cfg, folder, args.clips, pairs, device, args.bf16),
                workers=args.workers,
            )
        case 'cached':
            frozen.cached_rows(results, cfg, folder, pairs, device, args.clips)
        case 'many':
            frozen.many_rows(
                results, cfg, folder, pairs, device, args.folds, args.seeds
            )
        case 'growth':
            growth.growth_rows(results, cfg, folder, device, args.curves)
        case 'accelerator':
            if device == 'cpu':
                raise SystemExit('accelerator: there is no CUDA device here.')
            b16, b32 = (Config.fromfile(config_dir() / name) for name in (B16, B32))
            accelerator.accelerator_rows(
                *(results, b16, b32, folder, args.code, args.clips, pairs, device)
            )


if __name__ == '__main__':
    main()
