"""The media of the clips: folders of frames or video files."""

from mmengine.config import Config

from ..registry import DATASETS
from ..run_config.pipelines import follow_media
from ..run_config.walk import DataSet, data_sets, kind_of
from .recipe import Recipe, RecipeError


def choose_media(cfg: Config, recipe: Recipe) -> str | None:
    """Makes all data sets of a config read the recipe's media.

    Their pipelines follow, also if a data set states its ``media`` itself.

    Raises:
        ValueError: If no data set has a choice of media, or a pipeline has settings
            that cannot be kept.
    """
    having = [d for d in data_sets(cfg) if d.own and _has_media(d)]
    if recipe.media is not None:
        if not having:
            kinds = sorted({kind_of(each.config) for each in data_sets(cfg)})
            raise RecipeError(
                f'recipe.media={recipe.media!r} (--media): the data sets {kinds} of '
                f'{cfg.filename} have no choice of media; leave it out.'
            )
        for data_set in having:
            data_set.config['media'] = recipe.media
    for data_set in having:
        if data_set.config.get('media') is not None:
            follow_media(data_set)
    return 'pipelines read the media of their data sets'


def _has_media(data_set: DataSet) -> bool:
    kind = data_set.config.get('type')
    kind = DATASETS.get(kind) if isinstance(kind, str) else kind
    return hasattr(kind, 'FOLDERS')
