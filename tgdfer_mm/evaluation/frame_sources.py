"""Values of a clip's frames, from the model or from a baseline without a model.

Every source is a function of a :class:`PredictedClip`. It returns one value for each
valid sampled frame. A higher value means a more expressive frame, on the same scale for
all clips.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from .clip_metric import clip_name


class PredictedClip(NamedTuple):
    """The data that a source may use.

    Attributes:
        sample: The predicted data sample as a dict.
        frames: The clip's inputs from the loader; None if unknown.
        label: The true class.
        num_classes: Number of classes K.
    """

    sample: Mapping[str, Any]
    frames: Any
    label: int
    num_classes: int

    @property
    def name(self) -> str:
        """The readable name of the clip."""
        return clip_name(self.sample)

    @property
    def frame_inds(self) -> np.ndarray:
        """The indices of the sampled frames in the clip, with padding, (T,)."""
        if 'frame_inds' not in self.sample:
            raise ValueError(
                f'clip {self.name}: no `frame_inds`; add it to `meta_keys` of '
                'PackActionInputs'
            )
        return np.asarray(self.sample['frame_inds']).ravel()

    @property
    def num_valid(self) -> int:
        """The number n of sampled frames that are not padding."""
        return int(self.sample.get('num_valid', len(self.frame_inds)))

    @property
    def frames_per_instance(self) -> int:
        """The number g of consecutive frames in one instance."""
        return int(self.sample.get('frames_per_instance', 1))

    def per_instance(self, key: str, *width: int) -> np.ndarray:
        """Reads a field (M, *width) of the prediction.

        Raises:
            ValueError: If it is absent or has another shape.
        """
        if key not in self.sample:
            raise ValueError(
                f'clip {self.name}: the prediction has no `{key}`; source={key!r} '
                'works only for models whose head writes it into the data sample '
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
        """Spreads weights with a sum of one, in units of a uniform share.

        Without this unit the frames of a clip with many instances would get lower
        values.
        """
        valid = -(-self.num_valid // self.frames_per_instance)
        return self.on_frames(shares * valid)


def frame_values(
    values: np.ndarray, num_valid: int, frames_per_instance: int = 1
) -> np.ndarray:
    """Gives each valid frame the value of its instance.

    The truth is known for frames, so the values go to the frames. The truth of
    instances would need another threshold for "expressive" [choice].

    Args:
        values: (M,) one value per instance.
        num_valid: Number of valid frames n.
        frames_per_instance: Number of consecutive frames g of an instance.

    Returns:
        (n,) one value per valid frame.
    """
    return np.repeat(values, frames_per_instance)[:num_valid]


def relevance(clip: PredictedClip) -> np.ndarray:
    """The model's relevance for the class; 1 is a uniform share."""
    values = clip.per_instance('relevance', clip.num_classes)
    return clip.shares_on_frames(values[:, clip.label])


def instance_scores(clip: PredictedClip) -> np.ndarray:
    """The model's probability of the class.

    With a high logit scale it saturates, so that frames have equal values.
    """
    values = clip.per_instance('instance_scores', clip.num_classes)
    return clip.on_frames(values[:, clip.label])


def attention(clip: PredictedClip) -> np.ndarray:
    """The weight in an attention pooling, the same for all classes [from M3DFEL].

    1 is a uniform share. Any head that pools by attention can write its weights into
    the data sample as `attention` (M,).
    """
    return clip.shares_on_frames(clip.per_instance('attention'))


def uniform(clip: PredictedClip) -> np.ndarray:
    """The same value for every frame: the baseline without a ranking."""
    return np.ones(clip.num_valid)


def frame_difference(clip: PredictedClip) -> np.ndarray:
    """The change of the picture around each frame; see :func:`change_energy`.

    Raises:
        ValueError: If the loader gave no pictures, e.g. only features.
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
    """Mean squared difference of a frame's pixels from its sampled neighbours.

    It is the mean over the neighbour before and the one after. The first and the last
    frame have one neighbour. A single frame has none, and its value is 0.

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
