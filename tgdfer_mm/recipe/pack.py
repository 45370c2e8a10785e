"""Makes a config read frames from one packed file."""

from pathlib import Path

from mmengine.config import Config

from ..run_config.walk import data_sets
from .recipe import Recipe, RecipeError


def read_pack(cfg: Config, recipe: Recipe) -> str | None:
    """Makes a config read the recipe's packed file."""
    if recipe.pack is None:
        return None
    use_pack(cfg, recipe.pack)
    return f'frames are read from {recipe.pack}'


def use_pack(cfg: Config, path: str | Path) -> Config:
    """Makes all data sets of a config read a packed file instead of folders.

    A data set that is only used in tests on another data set keeps its folders.

    Args:
        cfg: Config of a run on frame folders; changed in place.
        path: A file made by ``tgdfer data pack``.

    Returns:
        The config.

    Raises:
        ValueError: If a data set reads videos.
    """
    for data_set in data_sets(cfg):
        if data_set.own:
            if data_set.config.get('media') == 'videos':
                raise RecipeError(
                    f"{data_set.where} has media='videos', but a packed file "
                    '(--pack, recipe.pack) holds frames. Leave one out.'
                )
            data_set.config['media_dir'] = str(Path(path).expanduser().absolute())
    return cfg
