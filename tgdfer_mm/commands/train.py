"""Training: from the command line to a runner."""

from argparse import Namespace

from mmengine.config import Config

from ..engine.command_line import build_runner, load_config
from ..engine.loading import (
    augment_on_device,
    hold_frames_on_device,
    use_pack,
)
from ..engine.precision import apply_precision, best_mixed_precision
from ..engine.selection import apply_selection
from ..features import train_on_features
from ..features.command_line import DEFAULTS, feature_options, start_processes


def make_config(args: Namespace) -> Config:
    """Applies the command line to the config."""
    cfg = load_config(args)
    if args.no_validate:
        cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    if args.resume is not None:
        cfg.resume = True
        cfg.load_from = None if args.resume == 'auto' else args.resume
    if args.auto_scale_lr:
        if 'auto_scale_lr' not in cfg:
            raise ValueError(
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
    apply_selection(cfg, args.selection)
    apply_precision(cfg, best_mixed_precision() if args.amp else None)
    if args.pack is not None:
        use_pack(cfg, args.pack)
    if args.resident:
        hold_frames_on_device(cfg)
    elif args.augment_on_device:
        augment_on_device(cfg)
    if args.cache_features is not None:
        start_processes(cfg)
        train_on_features(cfg, args.cache_features, **feature_options(args))
    elif feature_options(args) != DEFAULTS:
        raise ValueError(
            '--views, --feature-dtype and --feature-precision change nothing without '
            '--cache-features DIR.'
        )
    return cfg


def run(args: Namespace) -> int:
    """Trains; returns the exit code."""
    build_runner(make_config(args)).train()
    return 0
