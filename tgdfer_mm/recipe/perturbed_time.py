"""Tests with the frames in another order, or at another rate."""

import copy
from pathlib import Path
from typing import Any

from mmengine.config import Config, ConfigDict

from ..datasets.transforms.perturb_time import PerturbTime
from ..run_config.walk import DataSet, data_sets, kind_of, metrics_of_test
from .recipe import Recipe, RecipeError
from .work_folder import settle_work_folder

# The transforms after which `frame_inds` has the frames to read.
SAMPLERS = (
    'SampleSegments',
    'SampleWindows',
    'SampleFrames',
    'DenseSampleFrames',
    'UniformSample',
    'UniformSampleFrames',
)


def perturb_tests(cfg: Config, recipe: Recipe, seed: int = 0) -> str | None:
    """Puts :class:`PerturbTime` right after the sampling of frames in tests.

    Raises:
        ValueError: If there is no test data, or a pipeline has none of the transforms
            in ``SAMPLERS``.
    """
    mode = recipe.perturb_time
    if mode is None:
        return None
    tested = [d for d in data_sets(cfg, 'test_dataloader') if d.config.get('pipeline')]
    if not tested:
        raise RecipeError(
            f'{cfg.filename}: test_dataloader has no data set with a pipeline, so '
            'there is nothing to perturb; leave it out.'
        )
    for data_set in tested:
        pipeline = data_set.config['pipeline']
        place = 1 + _sampler(data_set)
        taken = place < len(pipeline) and kind_of(pipeline[place]) == 'PerturbTime'
        step = ConfigDict(type='PerturbTime', mode=mode, seed=seed)
        data_set.config['pipeline'] = [
            *pipeline[:place],
            step,
            *pipeline[place + taken :],
        ]
    for metric in metrics_of_test(cfg):
        _redirect(metric, cfg.get('work_dir'))
    return f'the tests see their frames {mode}'


def perturb_time(cfg: Config, mode: str, seed: int = 0) -> Config:
    """A copy of a config whose tests see frames in another order or at another rate.

    The work folder of the copy is ``<work_dir>/perturb_time/<mode>``.

    Args:
        cfg: Config of a run; not changed.
        mode: See :class:`PerturbTime`.
        seed: See :class:`PerturbTime`.

    Raises:
        ValueError: See :func:`perturb_tests`.
    """
    PerturbTime(mode, seed)  # refuses unknown modes
    cfg = copy.deepcopy(cfg)
    cfg.recipe = dict(cfg.get('recipe') or {}, perturb_time=mode)
    recipe = Recipe.of(cfg)
    settle_work_folder(cfg, recipe)
    perturb_tests(cfg, recipe, seed)
    return cfg


def _redirect(metric: Any, folder: str | None) -> None:
    """Renames the files of a metric, to keep those of the whole test."""
    for key in ('out_file', 'out_file_path'):
        if metric.get(key) and folder:
            metric[key] = str(Path(folder, Path(metric[key]).name))


def _sampler(data_set: DataSet) -> int:
    names = [kind_of(step) for step in data_set.config['pipeline']]
    for name in SAMPLERS:
        if name in names:
            return names.index(name)
    raise RecipeError(
        f'{data_set.where}: its pipeline ({", ".join(names)}) has none of '
        f'{", ".join(SAMPLERS)}. The order can only be changed between the sampling of '
        'frames and their reading; add one of these.'
    )
