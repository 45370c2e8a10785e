"""Trains a config."""

import shlex
from argparse import Namespace

import torch
from mmengine.config import Config

from ..recipe.precision import best_mixed_precision
from ..recipe.recipe import RecipeError
from .config import build_runner, load_config
from .config_errors import naming_the_key


def make_config(args: Namespace) -> Config:
    """Applies the command line to the config."""
    cfg = load_config(args)
    if args.resume is not None:
        cfg.resume = True
        cfg.load_from = None if args.resume == 'auto' else args.resume
    if args.auto_scale_lr:
        if 'auto_scale_lr' not in cfg:
            raise RecipeError(
                f'--auto-scale-lr: {args.config} does not say for which batch size its '
                'learning rate is; add auto_scale_lr=dict(base_batch_size=...).'
            )
        cfg.auto_scale_lr.enable = True
    randomness = dict(cfg.get('randomness') or {})
    if args.seed is not None:
        randomness['seed'] = args.seed
    for switch in ('diff_rank_seed', 'deterministic'):
        if getattr(args, switch):
            randomness[switch] = True
    cfg.randomness = randomness or dict(seed=None)
    if args.amp:
        if not torch.cuda.is_available():
            raise RecipeError(
                '--amp: mixed precision needs a CUDA device, and there is none. Leave '
                '--amp out; --precision auto takes bf16 where the device has it.'
            )
        cfg.recipe['precision'] = best_mixed_precision()
    return cfg


def run(args: Namespace) -> int:
    """Trains; returns the exit code."""
    cfg = make_config(args)
    with naming_the_key(cfg):
        runner = build_runner(cfg)
        runner.train()
    if runner.cfg.recipe.get('data') is not None:
        folder = shlex.quote(runner.cfg.work_dir)
        runner.logger.info(f'To use it: tgdfer infer VIDEO --model {folder}')
    return 0
