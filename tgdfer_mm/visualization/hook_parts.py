"""Parts that the picture hooks share: when to draw, and the name of the data."""

from collections.abc import Mapping
from typing import Any

from mmengine.runner import BaseLoop, Runner


def evaluation_loop(runner: Runner, mode: str) -> BaseLoop:
    """The loop of a mode, `'val'` or `'test'`."""
    return runner.test_loop if mode == 'test' else runner.val_loop


def is_last_validation(runner: Runner) -> bool:
    """Whether this is the last validation: training is over, or there is none."""
    loop = runner._train_loop  # the public property would build a loop
    return not isinstance(loop, BaseLoop) or loop.iter >= loop.max_iters


def describe_data(meta: Mapping[str, Any] | None) -> str:
    """The note under a picture: data set and epoch, and that faces are synthetic."""
    meta = meta or {}
    name = str(meta.get('dataset', ''))
    if meta.get('fold') is not None:
        name += f', fold {meta["fold"]}'
    name += ': synthetic faces' if name.startswith('Synth') else ''
    if 'selection' in meta:  # the epoch of these weights, from SelectionHook
        selection = meta['selection']
        name += f'\nepoch {selection["epoch"]}: {selection["description"]}'
    return name
