"""Loads the weights of a backbone from a checkpoint of a whole recognizer."""

import logging

from mmengine.logging import print_log
from torch import nn

from ...plain_checkpoints import load_plain

PREFIX = 'backbone.'


def load_backbone(backbone: nn.Module, source: str) -> None:
    """Fills a backbone from a checkpoint such as mmaction2's.

    Every parameter must be in the file and have the right shape. A buffer of another
    shape (such as VideoMAE's computed positions for another number of frames) keeps the
    backbone's own values. The log names these buffers, and everything in the file that
    is not used.

    Args:
        backbone: The module; it is filled in place.
        source: File or URL. If it has names that begin with ``backbone.``, only these
            are read.

    Raises:
        ValueError: If parameters are missing or of another shape.
    """
    state = load_plain(source)
    state = state.get('state_dict', state)
    below = {
        k.removeprefix(PREFIX): v for k, v in state.items() if k.startswith(PREFIX)
    }
    state = below or state
    own = backbone.state_dict()
    parameters = dict(backbone.named_parameters())
    fitting = {k: v for k, v in state.items() if k in own and v.shape == own[k].shape}
    lacking = [name for name in parameters if name not in fitting]
    if lacking:
        shown = ', '.join(_report(name, own, state) for name in lacking[:3])
        raise ValueError(
            f'{source} does not fit {type(backbone).__name__}: {len(lacking)} of its '
            f'{len(parameters)} parameters are missing or have another shape, such as '
            f'{shown}. Does the config describe the model that the file holds?'
        )
    backbone.load_state_dict(fitting, strict=False)
    for what, names in (
        ('kept as they are', sorted(own.keys() - fitting.keys())),
        ('in the file but not used', sorted(state.keys() - fitting.keys())),
    ):
        if names:
            print_log(
                f'{type(backbone).__name__}, weights of {source}, {what}: '
                f'{", ".join(names)}',
                logger='current',
                level=logging.WARNING,
            )


def _report(name: str, own: dict, state: dict) -> str:
    if name not in state:
        return f'{name} (missing)'
    return f'{name} ({tuple(state[name].shape)} for {tuple(own[name].shape)})'
