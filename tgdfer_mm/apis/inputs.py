"""Turns what a user gives into a list of inputs."""

from typing import Any

import numpy as np

from ..video.errors import InputError


def list_inputs(given: Any) -> list:
    """Tells one input from several: pictures in a list are the frames of one input.

    Args:
        given: As :class:`tgdfer_mm.apis.DFERInferencer` takes it.
    """
    if not isinstance(given, list | tuple):
        return [given]
    frames = all(getattr(each, 'ndim', 0) in (2, 3) for each in given)
    return [given] if frames and given else list(given)


def as_frames(each: Any) -> Any:
    """Returns an array as an array of frames, and any other input as it is.

    A picture is an input of one frame: its last axis is the three colours, or it is
    grey and has two axes.

    Raises:
        InputError: The shape of an array does not tell what it holds.
    """
    if not isinstance(each, np.ndarray):
        return each
    if each.ndim in (3, 4) and not each.size:
        raise InputError(f'an array of shape {each.shape} holds no picture')
    if each.ndim == 2 or each.ndim == 3 and each.shape[-1] == 3:
        return each[None]
    if each.ndim == 3 and each.shape[0] == 3:
        raise InputError(
            f'an array of shape {each.shape} can be three grey frames or one picture '
            'whose colours come first: give a list of frames, or the picture as '
            '(height, width, 3)'
        )
    grey = each.ndim == 3 and each.shape[-1] not in (1, 2, 4)
    if grey or each.ndim == 4 and each.shape[-1] == 3:
        return each
    raise InputError(
        f'an array of shape {each.shape}: give (frames, height, width, 3) in RGB, '
        '(frames, height, width) in grey, or one picture, (height, width, 3)'
    )
