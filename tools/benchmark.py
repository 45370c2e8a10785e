"""Measures speed in pairs of things that do the same work, run in turn.

    python tools/benchmark.py tower configs/tgdfer_dfew_vit-b32.py --clips 2
    python tools/benchmark.py loader --out results.json
    python tools/benchmark.py report results.json

Each row is the median ratio of the pairs with its 95 % bootstrap interval. Several
commands may fill one file; `report` puts it into docs/performance.md, which says what
each row is. Weights are random and clips generated: neither changes a cost.
"""

import argparse
import tempfile
from pathlib import Path

import torch
from mmengine.config import Config, DictAction

import tgdfer_mm  # noqa: F401  registers everything, repairs what has to be
from tgdfer_mm.benchmark import (
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
from tgdfer_mm.benchmark.pairs import Results, read_results
from tgdfer_mm.paths import config_dir

DOCS = Path(__file__).resolve().parents[1] / 'docs'


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parses the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest='command', required=True)

    def add(name: str, what: str, config: str | None = None, clips: int = 2, rows=True):
        command = commands.add_parser(name, help=what, description=what)
        command.add_argument(
            '--device', default='cuda' if torch.cuda.is_available() else 'cpu'
        )
        if config:
            default = str(config_dir() / config)
            command.add_argument('config', nargs='?', default=default)
            command.add_argument(
                '--cfg-options', nargs='+', action=DictAction, default={}
            )
            command.add_argument('--clips', type=int, default=clips, help='batch size')
        if rows:
            command.add_argument('--pairs', type=int, default=15, help='of each row')
            command.add_argument('--out', metavar='FILE', help='keep the rows there')
            command.add_argument('--folder', help='for generated clips; kept if given')
        return command

    b32, b16 = 'tgdfer_dfew_vit-b32.py', 'tgdfer_dfew.py'
    both = ('training', 'inference')
    command = add('tower', 'the model beside its bare tower', b32)
    command.add_argument('--bf16', action='store_true', help='autocast to bfloat16')
    command.add_argument('--only', nargs=1, choices=both, default=both)
    command = add('against', 'the model beside the released DFER-CLIP', b32)
    command.add_argument('code', type=Path, help='a checkout of its repository')
    command.add_argument('--bf16', action='store_true', help='ours in bfloat16')
    command.add_argument('--only', nargs=1, choices=both, default=both)
    command = add('options', 'a training step with and without each option', b16)
    options = list(tower.OPTIONS)
    command.add_argument('--only', nargs='+', choices=options, default=options)
    add('decoders', 'decoders of JPEG files beside cv2')
    add('loader', "the loader beside mmaction2's stock pipeline, on one core")
    add('packed', 'packed files beside folders and the stock pipeline, on one core')
    command = add('waiting', 'the share of a step that waits for data', b32)
    command.add_argument('--workers', type=int)
    command.add_argument('--bf16', action='store_true', help='autocast to bfloat16')
    add('cached', 'training on computed features beside the frozen tower', b16)
    command = add('many', 'folds and seeds at once beside one after the other', b32)
    command.add_argument('--folds', type=int, default=5)
    command.add_argument('--seeds', type=int, default=3)
    command = add('growth', 'time and memory against sizes', b32)
    command.add_argument('--curves', nargs='+', choices=list(growth.POINTS))
    command = add('accelerator', 'all that is promised of an accelerator', b32, 48)
    command.add_argument('--code', type=Path, help='a checkout of DFER-CLIP')
    command = add('profile', "where a step's time goes", b32, rows=False)
    command.add_argument('--bf16', action='store_true', help='autocast to bfloat16')
    command.add_argument('--only', nargs=1, choices=both, default=both)
    command.add_argument('--trace', metavar='FOLDER', help='for traces of Perfetto')
    command = commands.add_parser('report', help='write docs/performance.md')
    command.add_argument('results', type=Path, help='file of --out')
    command.add_argument('--page', type=Path, default=DOCS / 'performance.md')
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Measures, or writes the report."""
    args = parse_args(argv)
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
    results = Results(args.out, args.device)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(args.folder or temporary)
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
    pairs, device = args.pairs, args.device
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
            growth.growth_rows(results, args.config, device, args.curves)
        case 'accelerator':
            if device == 'cpu':
                raise SystemExit('accelerator: there is no CUDA device here.')
            b16 = Config.fromfile(config_dir() / 'tgdfer_dfew.py')
            accelerator.accelerator_rows(
                *(results, b16, cfg, folder, args.code, args.clips, pairs, device)
            )


if __name__ == '__main__':
    main()
