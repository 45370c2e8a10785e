"""Testing: from the command line to a runner."""

from argparse import Namespace
from pathlib import Path

from mmengine.config import Config

from ..datasets.transforms.perturb_time import PERTURBATIONS
from ..engine.command_line import build_runner, load_config
from ..engine.cross import evaluate_on
from ..evaluation.temporal_sensitivity import report, temporal_sensitivity


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


def run(args: Namespace) -> int:
    """Tests; returns the exit code."""
    cfg = make_config(args)
    if args.perturb_time is None:
        build_runner(cfg).test()
        return 0
    modes = PERTURBATIONS if 'all' in args.perturb_time else args.perturb_time
    results = temporal_sensitivity(cfg, modes, lambda each: build_runner(each).test())
    report(results, cfg.work_dir, config=args.config, checkpoint=args.checkpoint)
    return 0
