"""Computes the features of a config's frozen tower, for all folds.

    python tools/cache_features.py configs/tgdfer_dfew.py features \\
        --cfg-options model.backbone.frozen_stages=all --views 4

tools/train.py --cache-features features then trains on them, with the same options.
"""

from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter

import tgdfer_mm  # noqa: F401  registers everything, repairs what has to be
from tgdfer_cli.common import add_common_arguments, add_recipe_arguments
from tgdfer_mm.commands.config import load_config
from tgdfer_mm.features import cache_features
from tgdfer_mm.features.processes import start_processes
from tgdfer_mm.recipe import Recipe
from tgdfer_mm.recipe.cached_features import feature_options


def parse_args(argv: list[str] | None = None) -> Namespace:
    """Parses the command line."""
    parser = ArgumentParser(
        description=__doc__, formatter_class=RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='the config file')
    parser.add_argument('folder', help='where caches are kept')
    parser.add_argument('--batch', type=int, default=64, help='frames at a time')
    parser.add_argument('--workers', type=int, default=0, help='processes that read')
    parser.add_argument('--device', help='where the tower runs')
    add_recipe_arguments(parser, 'features')
    add_common_arguments(parser)
    return parser.parse_args(argv)


def main() -> None:
    """Computes, and prints where the features are."""
    args = parse_args()
    args.cache_features = args.folder
    cfg = load_config(args)
    start_processes(cfg)
    path = cache_features(
        cfg,
        args.folder,
        batch_size=args.batch,
        num_workers=args.workers,
        device=args.device,
        **feature_options(Recipe.of(cfg)),
    )
    print(path)


if __name__ == '__main__':
    main()
