"""A config trained on one data set, tested on another."""

from mmengine.config import Config

from ..datasets.label_map import label_map_names
from ..paths import config_dir
from ..registry import DATASETS


def evaluate_on(cfg: Config, name: str) -> None:
    """Makes a config test on another data set than its own.

    The clips come from that data set's test subset, as
    ``configs/_base_/datasets/<name>.py`` has it, and go through the config's own
    pipeline. Results are written to ``<work_dir>/on_<name>``.

    Args:
        cfg: Config of a run; changed in place.
        name: Name of the data set, e.g. ``'mafw'``.

    Raises:
        ValueError: No label map leads from the config's data set to that one.
    """
    own = cfg.train_dataloader.dataset
    source = getattr(DATASETS.get(own.type), 'LABEL_SET', None)
    label_map = f'{source}_to_{name}'
    if label_map not in label_map_names() or own.get('setting', 'single') != 'single':
        there = [each for each in label_map_names() if each.startswith(f'{source}_to_')]
        raise ValueError(
            f'--on {name}: no label map leads there from {own.type} with setting='
            f'{own.get("setting", "single")!r}; from the single labels of {source!r} '
            f'there are {there}.'
        )
    base = config_dir() / '_base_' / 'datasets' / f'{name}.py'
    target = Config.fromfile(base).test_dataloader.dataset
    tested = cfg.test_dataloader.dataset
    target.pipeline = tested.pipeline
    if 'media' in tested:
        target.media = tested.media
    cfg.test_dataloader.dataset = dict(
        type='cross_dataset',
        label_map=label_map,
        dataset=target,
        label_order=own.get('label_order'),
    )
    cfg.test_evaluator = dict(
        type='MappedEvaluator', label_map=label_map, metrics=[dict(type='DFERMetric')]
    )
    cfg.work_dir = f'{cfg.work_dir}/on_{name}'
