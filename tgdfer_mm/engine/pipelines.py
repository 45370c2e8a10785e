"""The stages of a data set's pipeline, read off a config."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mmengine.config import Config
from mmengine.logging import print_log

OPENERS = ('ListFrames', 'OpenVideo')
DECODERS = ('DecodeFrames', 'DecodeVideo')
LOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')


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
        ValueError: A stage is not found, or pictures are not formatted one by one.
    """
    kinds = [transform['type'] for transform in pipeline]

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


def datasets_in(loader: Mapping) -> Iterator[dict]:
    """The configs of the data sets in a loader's config, inside any wrapper."""
    node = loader.get('dataset')
    while isinstance(node, dict) and 'pipeline' not in node and 'dataset' in node:
        node = node['dataset']
    if not isinstance(node, dict) or 'pipeline' not in node:
        raise ValueError(
            'A data set without a pipeline of its own (a concatenation, say) cannot be '
            'rewritten.'
        )
    yield node


def datasets_of(cfg: Mapping) -> Iterator[tuple[str, dict]]:
    """Name of each loader of a config and the config of its data set."""
    for name in LOADERS:
        for node in datasets_in(cfg[name]) if cfg.get(name) else ():
            yield name, node


def draw_no_pictures(cfg: Config) -> None:
    """Switches off the hook that draws what loaders give, where that is no picture."""
    hooks = [
        *(cfg.get('default_hooks') or {}).values(),
        *(cfg.get('custom_hooks') or []),
    ]
    for hook in hooks:
        if hook and hook.get('type') == 'ExplainHook' and hook.get('num') != 0:
            hook.update(num=0, clips=None)
            print_log(
                'ExplainHook draws nothing in this run, whose loaders give no '
                'pictures; `tgdfer test` with the original config does.',
                logger='current',
            )
