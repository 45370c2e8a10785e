"""Command line options about computed features."""

from argparse import ArgumentParser, Namespace

from mmengine.config import Config
from mmengine.dist import init_dist, is_distributed

from .plan import PRECISIONS
from .views import AUTO, PLAIN

DEFAULTS = dict(views=AUTO, dtype='float32', precision='fp32')


def add_feature_arguments(parser: ArgumentParser) -> None:
    """Adds the options that say which features are computed."""
    parser.add_argument(
        '--views',
        type=parse_views,
        default=DEFAULTS['views'],
        help='pictures of each frame: auto (the test picture, and its mirror image if '
        'the training pipeline flips; refused if it draws anything else), plain (the '
        'test picture only), or a number of draws of the training pipeline',
    )
    parser.add_argument(
        '--feature-dtype',
        choices=['float32', 'float16'],
        default=DEFAULTS['dtype'],
        help='how features are stored',
    )
    parser.add_argument(
        '--feature-precision',
        choices=[*PRECISIONS],
        default=DEFAULTS['precision'],
        help='what the tower computes the features in',
    )


def parse_views(text: str) -> str | int:
    """``auto``, ``plain`` or a number."""
    return text if text in (AUTO, PLAIN) else int(text)


def feature_options(args: Namespace) -> dict:
    """The options as :class:`~tgdfer_mm.features.Plan` takes them."""
    return dict(
        views=args.views, dtype=args.feature_dtype, precision=args.feature_precision
    )


def start_processes(cfg: Config) -> None:
    """Connects the processes of a distributed run before its runner would."""
    if cfg.get('launcher', 'none') != 'none' and not is_distributed():
        init_dist(cfg.launcher, **(cfg.get('env_cfg') or {}).get('dist_cfg', {}))
