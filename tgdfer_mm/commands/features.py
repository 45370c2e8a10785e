"""Computes the features of a frozen tower."""

from argparse import Namespace
from pathlib import Path

from ..devices import check_device
from ..features import cache_features
from ..features.processes import start_processes
from ..recipe import Recipe
from ..recipe.apply import take_steps
from ..recipe.cached_features import feature_options, train_on_cached_features
from ..terminal import say
from .config import load_config
from .config_errors import ConfigError, naming_the_key


def run(args: Namespace) -> int:
    """Computes, and prints where the features are; returns the exit code."""
    if args.device is not None:
        check_device(args.device)
    args.cache_features = args.folder
    _check(args)
    cfg = load_config(args)
    recipe = Recipe.of(cfg).absolute()
    take_steps(cfg, recipe, before=train_on_cached_features)
    start_processes(cfg)
    with naming_the_key(cfg):
        path = cache_features(
            cfg,
            args.folder,
            batch_size=args.batch,
            num_workers=args.workers,
            device=args.device,
            **feature_options(recipe),
        )
    say(path)
    return 0


def _check(args: Namespace) -> None:
    """Checks early what would otherwise fail after the clips are listed."""
    folder = Path(args.folder).expanduser()
    if folder.exists() and not folder.is_dir():
        raise ConfigError(
            f'{folder}: this is not a folder. Name a folder for the features.'
        )
