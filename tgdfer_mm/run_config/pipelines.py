"""The stages of a data set's pipeline, read from a config."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mmengine.config import Config
from mmengine.logging import print_log

from .walk import DataSet, hooks_of, kind_of

# The transforms that open and decode, for each kind of media.
READERS = {
    'frames': ('ListFrames', 'DecodeFrames'),
    'videos': ('OpenVideo', 'DecodeVideo'),
}
OPENERS, DECODERS = zip(*READERS.values(), strict=True)
# Those of mmaction2 that read video files too; RawFrameDecode needs a template of file
# names, which our data sets do not have.
_OTHERS = {
    'frames': ('ReferFrames',),
    'videos': tuple(
        f'{reader}{step}'
        for reader in ('Decord', 'PyAV', 'PIMS', 'OpenCV')
        for step in ('Init', 'Decode')
    ),
    None: ('RawFrameDecode',),
}


class PipelineError(ValueError):
    """A pipeline that does not fit its task."""

    exit_code = 2  # of a command


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
        PipelineError: A stage is missing, or pictures are not formatted one by one.
    """
    where, pipeline = data_set.where, data_set.config.get('pipeline') or []
    kinds = [kind_of(transform) for transform in pipeline]

    def find(names: tuple[str, ...]) -> int:
        places = [i for i, kind in enumerate(kinds) if kind in names]
        if len(places) != 1:
            raise PipelineError(
                f'{where}: the pipeline needs exactly one of {list(names)}, found '
                f'in {kinds}.'
            )
        return places[0]

    opener, decoder = find(OPENERS), find(DECODERS)
    last = find(('FormatShape',))
    if pipeline[last].get('input_format') != 'NCHW' or pipeline[last].get('collapse'):
        raise PipelineError(
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


def follow_media(data_set: DataSet) -> None:
    """Makes a data set's pipeline open and decode the kind of its ``media``.

    Args:
        data_set: Its config, with ``media``, is changed in place.

    Raises:
        PipelineError: A transform that is to be replaced has options of its own.
    """
    wanted = READERS.get(data_set.config['media'])
    pipeline = data_set.config.get('pipeline') or []
    if wanted is None:
        return  # the data set names the frames
    replaced = dict.fromkeys(OPENERS, wanted[0]) | dict.fromkeys(DECODERS, wanted[1])
    steps = []
    for step in pipeline:
        kind = kind_of(step)
        new = replaced.get(kind, kind)
        if new != kind and set(step) != {'type'}:
            raise PipelineError(
                f'{data_set.where}: media={data_set.config["media"]!r} needs {new} in '
                f'the place of {dict(step)}, whose options it lacks. Write {new} into '
                'the pipeline yourself.'
            )
        steps.append(step if new == kind else dict(type=new))
    if steps != list(pipeline):
        data_set.config['pipeline'] = steps


def check_readers(media: str, pipeline: Sequence) -> None:
    """Refuses a pipeline that reads another kind of media than its data set has.

    Args:
        media: ``'frames'`` or ``'videos'``.
        pipeline: The data set's, transforms or their configs.

    Raises:
        PipelineError: A transform reads the other media.
    """
    kinds = [
        kind_of(step) if isinstance(step, Mapping) else type(step).__name__
        for step in pipeline
    ]
    suited = (*READERS[media], *_OTHERS[media])
    known = {*sum(READERS.values(), ()), *sum(_OTHERS.values(), ())}
    for kind in kinds:
        if kind in known and kind not in suited:
            raise PipelineError(
                f'media={media!r}, but the pipeline has {kind}, which reads something '
                f'else: it needs {" and ".join(READERS[media])}. The option --media '
                f'{media} (recipe.media={media!r}) sees to data sets and pipelines.'
            )


def draw_no_pictures(cfg: Config) -> None:
    """Switches off the hook that draws frames, if the loaders give none."""
    for hook in hooks_of(cfg, 'ExplainHook'):
        if hook.get('num') != 0:
            hook.update(num=0, clips=None)
            print_log(
                'ExplainHook draws nothing in this run, whose loaders give no '
                'pictures; a test with the original config does.',
                logger='current',
            )
