"""Baselines that rank frames without a model."""

from mmengine.config import Config
from mmengine.registry import init_default_scope

from tgdfer_mm.registry import DATASETS, METRICS

SOURCES = ('uniform', 'frame_difference')


def frame_baselines(cfg: Config, ann_file: str) -> dict[str, dict[str, float]]:
    """Figures of :class:`~tgdfer_mm.evaluation.FrameRelevanceMetric` for both
    baselines.

    Args:
        cfg: Config with the test clips; its pipeline has to decode them.
        ann_file: The true intensities.

    Returns:
        ``uniform`` and ``frame_difference`` -> the metric's numbers, without prefix.
    """
    init_default_scope(cfg.default_scope)  # whose transforms read pictures
    data = DATASETS.build(cfg.test_dataloader.dataset)
    found = {}
    metrics = {
        source: METRICS.build(
            dict(type='FrameRelevanceMetric', ann_file=ann_file, source=source)
        )
        for source in SOURCES
    }
    for metric in metrics.values():
        metric.dataset_meta = data.metainfo
    for i in range(len(data)):
        item = data[i]
        for metric in metrics.values():
            metric.process(
                dict(inputs=[item['inputs']]), [item['data_samples'].to_dict()]
            )
    for source, metric in metrics.items():
        numbers = metric.evaluate(len(data))
        found[source] = {
            name.removeprefix(f'{source}/'): value for name, value in numbers.items()
        }
    return found
