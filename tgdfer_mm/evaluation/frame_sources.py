"""What a frame of a clip is worth, by the model or by a baseline without one.

Every source is a function of a :class:`PredictedClip`; it returns one value per valid
sampled frame, the higher the more expressive, on a scale that clips share.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from .clip_metric import clip_name


class PredictedClip(NamedTuple):
    """What a source may look at.

    Attributes:
        sample: The predicted data sample as a dict.
        frames: The clip's inputs as the loader gave them; None if unknown.
        label: The true class.
        num_classes: K.
    """

    sample: Mapping[str, Any]
    frames: Any
    label: int
    num_classes: int

    @property
    def name(self) -> str:
        """For people to read."""
        return clip_name(self.sample)

    @property
    def frame_inds(self) -> np.ndarray:
        """The indices of the sampled frames in the clip, padding included, (T,)."""
        if 'frame_inds' not in self.sample:
            raise ValueError(
                f'clip {self.name}: no `frame_inds`; add it to `meta_keys` of '
                'PackActionInputs'
            )
        return np.asarray(self.sample['frame_inds']).ravel()

    @property
    def num_valid(self) -> int:
        """How many of the sampled frames are no padding, n."""
        return int(self.sample.get('num_valid', len(self.frame_inds)))

    @property
    def frames_per_instance(self) -> int:
        """How many consecutive frames are one instance, g."""
        return int(self.sample.get('frames_per_instance', 1))

    def per_instance(self, key: str, *width: int) -> np.ndarray:
        """Reads a field (M, *width) of the prediction.

        Raises:
            ValueError: If it is absent or has another shape.
        """
        if key not in self.sample:
            raise ValueError(
                f'clip {self.name}: the prediction has no `{key}`; only models whose '
                f'head writes it on the data sample can be judged by source={key!r} '
                '(TextGuidedRecognizer writes relevance and instance_scores)'
            )
        values = torch.as_tensor(self.sample[key]).detach().float().cpu().numpy()
        num_frames, g = len(self.frame_inds), self.frames_per_instance
        expected = (num_frames // g, *width)
        if values.shape != expected:
            raise ValueError(
                f'clip {self.name}: `{key}` has shape {values.shape}, expected '
                f'{expected} for {num_frames} frames, {g} per instance'
            )
        return values

    def on_frames(self, values: np.ndarray) -> np.ndarray:
        """Spreads values (M,) of the instances over the valid frames (n,)."""
        return frame_values(values, self.num_valid, self.frames_per_instance)

    def shares_on_frames(self, shares: np.ndarray) -> np.ndarray:
        """Shares of one, too, as multiples of a uniform share.

        Otherwise the frames of a clip with many instances would look worse.
        """
        valid = -(-self.num_valid // self.frames_per_instance)
        return self.on_frames(shares * valid)


def frame_values(
    values: np.ndarray, num_valid: int, frames_per_instance: int = 1
) -> np.ndarray:
    """Spreads per-instance values over the valid frames: each takes its instance's.

    The truth is known per frame, so the values go to the frames and not the
    truth to the instances, where "expressive" would need another threshold.
    [choice]

    Args:
        values: (M,) one value per instance.
        num_valid: Number of valid frames n.
        frames_per_instance: Number of consecutive frames g of an instance.

    Returns:
        (n,) one value per valid frame.
    """
    return np.repeat(values, frames_per_instance)[:num_valid]


def relevance(clip: PredictedClip) -> np.ndarray:
    """The model's relevance for the class; 1 is a uniform share of it."""
    values = clip.per_instance('relevance', clip.num_classes)
    return clip.shares_on_frames(values[:, clip.label])


def instance_scores(clip: PredictedClip) -> np.ndarray:
    """The model's probability of the class.

    A high logit scale saturates it, so that frames tie.
    """
    values = clip.per_instance('instance_scores', clip.num_classes)
    return clip.on_frames(values[:, clip.label])


def attention(clip: PredictedClip) -> np.ndarray:
    """The weight in an attention pooling, whatever the class [from M3DFEL].

    1 is a uniform share. Whichever head pools by attention may write the weights on
    the data sample as `attention` (M,).
    """
    return clip.shares_on_frames(clip.per_instance('attention'))


def uniform(clip: PredictedClip) -> np.ndarray:
    """Every frame alike: what a ranking is worth that ranks nothing."""
    return np.ones(clip.num_valid)


def frame_difference(clip: PredictedClip) -> np.ndarray:
    """How much the picture changes around each frame; see :func:`change_energy`.

    Raises:
        ValueError: If the loader gave no pictures, e.g. only features of them.
    """
    frames, num_frames = clip.frames, len(clip.frame_inds)
    if isinstance(frames, Tensor) and frames.ndim == 5 and len(frames) == 1:
        frames = frames[0].transpose(0, 1)  # FormatShape's NCTHW, one view
    shape = tuple(frames.shape) if isinstance(frames, Tensor) else None
    if shape is None or len(shape) != 4 or shape[:2] != (num_frames, 3):
        raise ValueError(
            f"clip {clip.name}: source='frame_difference' is not available: it needs "
            f'the pictures ({num_frames}, 3, H, W) in the batch, but the inputs are '
            f'{shape}. Evaluate with a pipeline that decodes the frames, not with '
            'stored features'
        )
    return change_energy(frames[: clip.num_valid])


def change_energy(frames: Tensor) -> np.ndarray:
    """Mean squared change of a frame's pixels to its sampled neighbours.

    The mean over the neighbour before and the one after; the first and the last frame
    have one neighbour, a single frame has none and does not change.

    Args:
        frames: (n, 3, H, W), any type of number.

    Returns:
        (n,) in squared units of the pixels.
    """
    change = frames.float().diff(dim=0).square().mean(dim=(1, 2, 3))
    total = F.pad(change, (1, 0)) + F.pad(change, (0, 1))
    neighbours = torch.full_like(total, 2.0)
    neighbours[[0, -1]] = 1.0
    return (total / neighbours).cpu().numpy()


SOURCES: dict[str, Callable[[PredictedClip], np.ndarray]] = {
    source.__name__: source
    for source in (relevance, instance_scores, attention, uniform, frame_difference)
}
