"""Tests a checkpoint: ``python tools/test.py configs/tgdfer_demo.py CHECKPOINT``."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from mmengine.config import Config

import tgdfer_mm  # noqa: F401  registers everything, repairs what has to be
from tgdfer_mm.datasets.transforms.perturb_time import PERTURBATIONS
from tgdfer_mm.engine.command_line import (
    add_common_arguments,
    build_runner,
    load_config,
)
from tgdfer_mm.engine.cross import evaluate_on
from tgdfer_mm.evaluation.temporal_sensitivity import report, temporal_sensitivity


def parse_args(argv: list[str] | None = None) -> Namespace:
    """Parses the command line."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument('config', help='the config file')
    parser.add_argument('checkpoint', help='the checkpoint file')
    add_common_arguments(parser)
    parser.add_argument(
        '--dump',
        metavar='FILE.pkl',
        help='pickle the predictions, and write them as predictions.jsonl beside it',
    )
    parser.add_argument(
        '--on',
        metavar='DATASET',
        help='test on another data set than the one trained on: dfew, ferv39k or mafw; '
        'its classes are matched by the label maps in tgdfer_mm/datasets/label_maps',
    )
    parser.add_argument(
        '--perturb-time',
        nargs='+',
        choices=[*PERTURBATIONS, 'all'],
        metavar='MODE',
        help='after the test itself, test with the frames in another order or at '
        f'another rate: {", ".join(PERTURBATIONS)}, or all; the differences are '
        'printed and written to temporal_sensitivity.json in the work folder',
    )
    return parser.parse_args(argv)


def make_config(args: Namespace) -> Config:
    """Applies the command line to the config."""
    cfg = load_config(args)
    cfg.load_from, cfg.resume = args.checkpoint, False
    if args.on is not None:
        evaluate_on(cfg, args.on)
    if args.dump is not None:
        dump = Path(args.dump)
        if dump.suffix not in ('.pkl', '.pickle'):
            raise ValueError(f'--dump {dump}: the file must end in .pkl or .pickle.')
        dump.parent.mkdir(parents=True, exist_ok=True)
        # With --on, the metrics are inside an evaluator that maps the classes.
        mapped = 'metrics' in cfg.test_evaluator
        owner, key = (
            (cfg.test_evaluator, 'metrics') if mapped else (cfg, 'test_evaluator')
        )
        metrics = owner[key]
        owner[key] = [
            *(metrics if isinstance(metrics, list | tuple) else [metrics]),
            dict(type='DumpResults', out_file_path=str(dump)),
            dict(
                type='DumpPredictions',
                out_file=str(dump.with_name('predictions.jsonl')),
            ),
        ]
    return cfg


def main() -> None:
    """Tests."""
    args = parse_args()
    cfg = make_config(args)
    if args.perturb_time is None:
        build_runner(cfg).test()
        return
    modes = PERTURBATIONS if 'all' in args.perturb_time else args.perturb_time
    results = temporal_sensitivity(cfg, modes, lambda each: build_runner(each).test())
    report(results, cfg.work_dir, config=args.config, checkpoint=args.checkpoint)


if __name__ == '__main__':
    main()
