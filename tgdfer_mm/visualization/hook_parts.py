"""What the picture hooks share: when to draw, and what the data are called."""

from collections.abc import Mapping
from typing import Any

from mmengine.runner import BaseLoop, Runner


def evaluation_loop(runner: Runner, mode: str) -> BaseLoop:
    """The loop of a mode, `'val'` or `'test'`."""
    return runner.test_loop if mode == 'test' else runner.val_loop


def is_last_validation(runner: Runner) -> bool:
    """Whether no later validation will follow: training is over, or there is none."""
    loop = runner._train_loop  # the public property would build one
    return not isinstance(loop, BaseLoop) or loop.iter >= loop.max_iters


def describe_data(meta: Mapping[str, Any] | None) -> str:
    """Names data set and epoch under a picture; synthetic faces are named so."""
    meta = meta or {}
    name = str(meta.get('dataset', ''))
    if meta.get('fold') is not None:
        name += f', fold {meta["fold"]}'
    name += ': synthetic faces' if name.startswith('Synth') else ''
    if 'selection' in meta:  # which epoch this is, from SelectionHook
        selection = meta['selection']
        name += f'\nepoch {selection["epoch"]}: {selection["description"]}'
    return name
