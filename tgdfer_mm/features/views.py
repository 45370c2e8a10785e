"""Chooses the views of a frame that the tower gets, from a config's pipelines."""

from ..datasets.feature_store import FeatureCacheError
from ..run_config.pipelines import Pipeline

PLAIN, FLIP = 'plain', 'flip'
AUTO = 'auto'


def choose_views(
    training: Pipeline | None, testing: Pipeline, views: str | int
) -> tuple[list[str], dict[str, float]]:
    """Chooses the views to compute, and the probability of each in training.

    Args:
        training: The training pipeline, if there is one.
        testing: The pipeline that gives the view ``plain``.
        views: ``auto``: views that represent the training pipeline exactly; ``plain``:
            as in the test; n: n draws of the training pipeline.

    Returns:
        Names of the views, and the probability of each in training.

    Raises:
        FeatureCacheError: ``auto``, and the training pipeline draws more than flips.
    """
    if views == PLAIN or training is None:
        return [PLAIN], {PLAIN: 1.0}
    if views != AUTO:
        if not isinstance(views, int) or views < 1:
            raise FeatureCacheError(
                f'views={views!r}: give {AUTO!r}, {PLAIN!r} or a number from 1.'
            )
        drawn = [f'augmented{i}' for i in range(views)]
        return [PLAIN, *drawn], dict.fromkeys(drawn, 1 / views)
    fixed = [t for t in training.spatial if t['type'] != 'Flip']
    flips = [t for t in training.spatial if t['type'] == 'Flip']
    odd = [t for t in fixed if t not in testing.spatial]
    odd += [t for t in testing.spatial if t not in fixed]
    odd += [t for t in flips[:1] if t.get('direction', 'horizontal') != 'horizontal']
    odd += flips[1:]
    if odd:
        names = ', '.join(dict.fromkeys(t['type'] for t in odd))
        raise FeatureCacheError(
            f'{names} in the training pipeline cannot be represented by one picture a '
            'frame and its mirror image. Compute several draws of the pipeline '
            '(--views 4, say), or train on the test pictures (--views plain).'
        )
    if not flips:
        return [PLAIN], {PLAIN: 1.0}
    ratio = float(flips[0].get('flip_ratio', 0.5))
    return [PLAIN, FLIP], {PLAIN: 1 - ratio, FLIP: ratio}
