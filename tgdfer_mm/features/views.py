"""Which pictures of a clip the tower is shown, read off a config's pipelines."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ..datasets.feature_store import FeatureCacheError

OPENERS = ('ListFrames', 'OpenVideo', 'OpenPacked')
DECODERS = ('DecodeFrames', 'DecodeVideo', 'DecodePacked')
PLAIN, FLIP = 'plain', 'flip'
AUTO = 'auto'


class Pipeline(NamedTuple):
    """A pipeline in its stages, lists of configs of transforms; the format is known."""

    opening: list[dict]
    sampling: list[dict]
    decoding: list[dict]
    spatial: list[dict]
    packing: list[dict]


def split_pipeline(pipeline: list[dict], where: str) -> Pipeline:
    """Splits a pipeline where it opens, decodes and formats a clip.

    Raises:
        FeatureCacheError: A stage is not found, or pictures are not formatted one by
            one.
    """
    kinds = [transform['type'] for transform in pipeline]

    def find(names: tuple[str, ...]) -> int:
        places = [i for i, kind in enumerate(kinds) if kind in names]
        if len(places) != 1:
            raise FeatureCacheError(
                f'{where}: computed features need exactly one of {list(names)}, found '
                f'in {kinds}.'
            )
        return places[0]

    opener, decoder = find(OPENERS), find(DECODERS)
    last = find(('FormatShape',))
    if pipeline[last].get('input_format') != 'NCHW' or pipeline[last].get('collapse'):
        raise FeatureCacheError(
            f"{where}: only FormatShape(input_format='NCHW') gives a tower single "
            f'pictures, not {dict(pipeline[last])}.'
        )
    transforms = [dict(transform) for transform in pipeline]
    return Pipeline(
        opening=transforms[: opener + 1],
        sampling=transforms[opener + 1 : decoder],
        decoding=transforms[decoder : decoder + 1],
        spatial=transforms[decoder + 1 : last],
        packing=transforms[last + 1 :],
    )


def datasets_in(loader: Mapping) -> Iterator[dict]:
    """The configs of the data sets in a loader's config, inside any wrapper."""
    node = loader.get('dataset')
    while isinstance(node, dict) and 'pipeline' not in node and 'dataset' in node:
        node = node['dataset']
    if not isinstance(node, dict) or 'pipeline' not in node:
        raise FeatureCacheError(
            'a data set without a pipeline of its own (a concatenation, say) is not '
            'supported with computed features.'
        )
    yield node


def choose_views(
    training: Pipeline | None, testing: Pipeline, views: str | int
) -> tuple[list[str], dict[str, float]]:
    """Chooses which views are computed, and how often training takes which.

    Args:
        training: The training pipeline, if there is one.
        testing: The pipeline whose pictures are the view ``plain``.
        views: ``auto``: what represents the training pipeline exactly; ``plain``:
            train on the test pictures; n: n draws of the training pipeline.

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
