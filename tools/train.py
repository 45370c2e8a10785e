"""Trains a config: ``python tools/train.py configs/tgdfer_demo.py``."""

from argparse import ArgumentParser, Namespace

from mmengine.config import Config

import tgdfer_mm  # noqa: F401  registers everything, repairs what has to be
from tgdfer_mm.engine.command_line import (
    add_common_arguments,
    build_runner,
    load_config,
)
from tgdfer_mm.engine.loading import (
    augment_on_device,
    hold_frames_on_device,
    use_pack,
)
from tgdfer_mm.engine.precision import apply_precision, best_mixed_precision
from tgdfer_mm.engine.selection import RULES, apply_selection
from tgdfer_mm.features import train_on_features
from tgdfer_mm.features.command_line import (
    DEFAULTS,
    add_feature_arguments,
    feature_options,
    start_processes,
)


def parse_args(argv: list[str] | None = None) -> Namespace:
    """Parses the command line."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument('config', help='the config file')
    add_common_arguments(parser)
    parser.add_argument(
        '--resume',
        nargs='?',
        const='auto',
        help='go on from a checkpoint; without a file from the newest one in the work '
        'folder that loads',
    )
    parser.add_argument(
        '--selection',
        choices=RULES,
        help='which epoch is the result: the last one, the best one on a part cut off '
        'the training fold, or the best one on the test clips (as in the literature); '
        "without it the config's",
    )
    parser.add_argument(
        '--amp',
        action='store_true',
        help='mixed precision whatever the config says: bf16, or fp16 if the GPU has '
        'no bf16',
    )
    parser.add_argument(
        '--no-validate', action='store_true', help='do not evaluate between epochs'
    )
    parser.add_argument(
        '--auto-scale-lr',
        action='store_true',
        help='scale the learning rate with the real batch size',
    )
    parser.add_argument('--seed', type=int, help='random seed')
    parser.add_argument(
        '--diff-rank-seed', action='store_true', help='another seed on every rank'
    )
    parser.add_argument(
        '--deterministic', action='store_true', help='deterministic CUDA kernels only'
    )
    parser.add_argument(
        '--augment-on-device',
        action='store_true',
        help='let loaders only decode; crop, resize and flip where the model is',
    )
    parser.add_argument(
        '--pack',
        metavar='FILE',
        help='read the frames from a file that tools/data/pack.py has made',
    )
    parser.add_argument(
        '--resident',
        action='store_true',
        help='keep all frames of a raw --pack on the device',
    )
    parser.add_argument(
        '--cache-features',
        metavar='DIR',
        help='compute the features of the frozen tower once, keep them there, and '
        'train on them',
    )
    add_feature_arguments(parser)
    return parser.parse_args(argv)


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


def main() -> None:
    """Trains."""
    build_runner(make_config(parse_args())).train()


if __name__ == '__main__':
    main()
