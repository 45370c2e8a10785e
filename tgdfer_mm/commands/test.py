"""Tests a checkpoint."""

from argparse import Namespace

from mmengine.config import Config

from ..engine.temporal_sensitivity import report, temporal_sensitivity
from ..recipe import apply_recipe
from ..recipe.other_data_set import read_pictures
from ..recipe.recipe import PERTURBATIONS, RecipeError
from .config import build_runner, load_config
from .config_errors import naming_the_key


def make_config(args: Namespace) -> Config:
    """Applies the command line to the config."""
    cfg = load_config(args)
    cfg.load_from, cfg.resume = args.checkpoint, False
    for about_training in ('precision', 'no_validate'):
        cfg.recipe.pop(about_training, None)
    read_pictures(cfg)
    if args.perturb_time is not None and cfg.recipe.get('perturb_time'):
        raise RecipeError(
            f'--perturb-time and recipe.perturb_time={cfg.recipe.perturb_time!r}: the '
            'test itself would be perturbed too. Leave one out.'
        )
    return cfg


def run(args: Namespace) -> int:
    """Tests, then once more for each perturbation; returns the exit code."""
    cfg = make_config(args)
    with naming_the_key(cfg):
        return _test(cfg, args)


def _test(cfg: Config, args: Namespace) -> int:
    if args.perturb_time is None:
        build_runner(cfg).test()
        return 0
    apply_recipe(cfg)  # the work folder is known after that
    modes = PERTURBATIONS if 'all' in args.perturb_time else args.perturb_time
    results = temporal_sensitivity(cfg, modes, lambda each: build_runner(each).test())
    report(results, cfg.work_dir, config=args.config, checkpoint=args.checkpoint)
    return 0
