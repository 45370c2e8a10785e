"""The stages of a data set's pipeline, read off a config."""

from typing import NamedTuple

from mmengine.config import Config
from mmengine.logging import print_log

from .walk import DataSet, hooks_of, kind_of

OPENERS = ('ListFrames', 'OpenVideo')
DECODERS = ('DecodeFrames', 'DecodeVideo')


class Pipeline(NamedTuple):
    """A pipeline in its stages, lists of configs of transforms; the format is known."""

    opening: list[dict]
    sampling: list[dict]
    decoding: list[dict]
    spatial: list[dict]
    packing: list[dict]


def split_pipeline(data_set: DataSet) -> Pipeline:
    """Splits a data set's pipeline where it opens, decodes and formats a clip.

    Raises:
        ValueError: A stage is not found, or pictures are not formatted one by one.
    """
    where, pipeline = data_set.where, data_set.config.get('pipeline') or []
    kinds = [kind_of(transform) for transform in pipeline]

    def find(names: tuple[str, ...]) -> int:
        places = [i for i, kind in enumerate(kinds) if kind in names]
        if len(places) != 1:
            raise ValueError(
                f'{where}: the pipeline needs exactly one of {list(names)}, found '
                f'in {kinds}.'
            )
        return places[0]

    opener, decoder = find(OPENERS), find(DECODERS)
    last = find(('FormatShape',))
    if pipeline[last].get('input_format') != 'NCHW' or pipeline[last].get('collapse'):
        raise ValueError(
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


def draw_no_pictures(cfg: Config) -> None:
    """Switches off the hook that draws what loaders give, where that is no picture."""
    for hook in hooks_of(cfg, 'ExplainHook'):
        if hook.get('num') != 0:
            hook.update(num=0, clips=None)
            print_log(
                'ExplainHook draws nothing in this run, whose loaders give no '
                'pictures; a test with the original config does.',
                logger='current',
            )
