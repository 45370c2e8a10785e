"""Command line options about computed features."""

from argparse import Namespace

from mmengine.config import Config
from mmengine.dist import init_dist, is_distributed

from tgdfer_cli.common import add_feature_arguments  # noqa: F401  part of this module

from .views import AUTO

DEFAULTS = dict(views=AUTO, dtype='float32', precision='fp32')


def feature_options(args: Namespace) -> dict:
    """The options as :class:`~tgdfer_mm.features.Plan` takes them."""
    return dict(
        views=args.views, dtype=args.feature_dtype, precision=args.feature_precision
    )


def start_processes(cfg: Config) -> None:
    """Connects the processes of a distributed run before its runner would."""
    if cfg.get('launcher', 'none') != 'none' and not is_distributed():
        init_dist(cfg.launcher, **(cfg.get('env_cfg') or {}).get('dist_cfg', {}))
