"""Computing the features of a frozen tower."""

from argparse import Namespace

from ..features import cache_features
from ..features.processes import start_processes
from ..recipe import Recipe
from ..recipe.cached_features import feature_options
from ..recipe.fold import choose_fold
from .config import load_config


def run(args: Namespace) -> int:
    """Computes, and prints where the features are; returns the exit code."""
    args.cache_features = args.folder
    cfg = load_config(args)
    recipe = Recipe.of(cfg)
    choose_fold(cfg, recipe)
    start_processes(cfg)
    path = cache_features(
        cfg,
        args.folder,
        batch_size=args.batch,
        num_workers=args.workers,
        device=args.device,
        **feature_options(recipe),
    )
    print(path)
    return 0
