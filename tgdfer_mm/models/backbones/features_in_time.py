"""Turns the output of any backbone into one feature for each position in time.

Everything here is a pure function of tensors. A position is a run of frames, and all
runs have the same length: a backbone with a temporal stride of s gives one position
every s frames, and a backbone without a time axis gives one for each clip that it sees.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

# The assumed axes of a backbone's output, by their number, unless a layout is given: a
# vector, tokens, a map of a picture, a map of a clip. The pictures of a video are next
# to each other in N.
LAYOUTS = {2: 'NC', 3: 'NLC', 4: 'NCHW', 5: 'NCTHW'}


def to_positions(
    output: Tensor | Sequence, videos: int, layout: str | None = None
) -> Tensor:
    """One feature for each position in time.

    Every axis except N, T and C is averaged. If there are several outputs (the pathways
    of SlowFast, the stages of a ResNet), they are averaged to the positions of the
    coarsest one, and concatenated [choice].

    Args:
        output: The backbone's output: a tensor, or tensors nested in sequences.
        videos: Number of videos in the input. N is a multiple of it where the pictures
            or clips of a video are next to each other in N.
        layout: Names of the axes, such as ``NTHWC``; N comes first. By default the axes
            that ``LAYOUTS`` has for their number.

    Returns:
        (videos, P, C).

    Raises:
        ValueError: If the layout does not fit, or the positions of the outputs do not
            divide each other.
    """
    parts = [_positions(x, videos, layout) for x in _tensors(output)]
    least = min(x.shape[1] for x in parts)
    for x in parts:
        if x.shape[1] % least:
            raise ValueError(
                f'outputs with {least} and {x.shape[1]} positions in time do not fit '
                'together'
            )
    parts = [x.unflatten(1, (least, -1)).mean(2) for x in parts]
    return torch.cat(parts, dim=-1)


def _tensors(output: Tensor | Sequence) -> list[Tensor]:
    if isinstance(output, Tensor):
        return [output]
    if not isinstance(output, list | tuple):
        raise ValueError(f'it gives {type(output).__name__}, not tensors')
    return [x for part in output for x in _tensors(part)]


def _positions(x: Tensor, videos: int, layout: str | None) -> Tensor:
    layout = layout or LAYOUTS.get(x.dim(), '')
    fits = len(layout) == x.dim() and layout.startswith('N') and layout.count('C') == 1
    if not fits or x.shape[0] % videos:
        raise ValueError(
            f'an output of shape {tuple(x.shape)} for {videos} videos cannot be read '
            f'as {layout or "any known layout"}; name its axes with output_layout'
        )
    averaged = [i for i, axis in enumerate(layout) if axis not in 'NTC']
    x = x.mean(averaged) if averaged else x
    channels = [axis for axis in layout if axis in 'NTC'].index('C')
    return x.movedim(channels, -1).reshape(videos, -1, x.shape[channels])
