"""Computing the features of a frozen tower."""

from argparse import Namespace

from ..engine.command_line import load_config
from ..features import cache_features
from ..features.command_line import feature_options, start_processes


def run(args: Namespace) -> int:
    """Computes, and prints where the features are; returns the exit code."""
    cfg = load_config(args)
    start_processes(cfg)
    path = cache_features(
        cfg,
        args.folder,
        batch_size=args.batch,
        num_workers=args.workers,
        device=args.device,
        **feature_options(args),
    )
    print(path)
    return 0
