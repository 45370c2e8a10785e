"""From whatever a backbone gives to one feature for each position in time.

Everything here is a pure function of tensors. A position is a run of frames of one
length: a backbone with a temporal stride of s gives one every s frames, a backbone
without a time axis one for each clip that it sees.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

# What a backbone's output means unless a layout is given: a vector, tokens, a map
# of a picture, a map of a clip. The pictures of a video lie one after the other in N.
LAYOUTS = {2: 'NC', 3: 'NLC', 4: 'NCHW', 5: 'NCTHW'}


def to_positions(
    output: Tensor | Sequence, videos: int, layout: str | None = None
) -> Tensor:
    """One feature for each position in time.

    Every axis but N, T and C is averaged. What several outputs say (the pathways of
    SlowFast, the stages of a ResNet) is brought to the positions of the coarsest by
    averaging, and concatenated [choice].

    Args:
        output: What the backbone gave: a tensor, or tensors nested in sequences.
        videos: How many videos it saw. N is a multiple of it where pictures or
            clips of a video lie one after the other.
        layout: What the axes are, such as ``NTHWC``; N comes first. See ``LAYOUTS``
            for what is assumed.

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
            f'as {layout or "any known layout"}; say what its axes are by output_layout'
        )
    averaged = [i for i, axis in enumerate(layout) if axis not in 'NTC']
    x = x.mean(averaged) if averaged else x
    channels = [axis for axis in layout if axis in 'NTC'].index('C')
    return x.movedim(channels, -1).reshape(videos, -1, x.shape[channels])
