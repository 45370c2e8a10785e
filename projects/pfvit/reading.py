"""Instances: features of the frozen tower for the frames of drawn clips."""

from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .drawn_clips import DrawnClips, shrink
from .separator import Batch

_AT_ONCE = 128  # pictures


class Reading(NamedTuple):
    """Features of clips from a tower.

    Attributes:
        features: The map of the chosen stage, then the joint feature, (N, T, C).
        map_channels: Number of channels of the map.
        similarity: Cosines with the texts of the classes, times the model's scale, (N,
            T, K).
    """

    features: Tensor
    map_channels: int
    similarity: Tensor


@torch.no_grad()
def read_clips(model: nn.Module, clips: DrawnClips, stage: str) -> Reading:
    """Reads clips with the tower of a text-guided recognizer, before any training.

    Args:
        model: A ``TextGuidedRecognizer`` whose tower is a ResNet of open_clip.
        clips: N clips of T frames.
        stage: Stage whose map is used, ``layer1`` to ``layer4``. The joint feature
            alone, which pre-training tied to expressions, holds too little of the
            person.

    Raises:
        ValueError: The tower has no stage of that name.
    """
    tower, norm = model.backbone.tower, model.data_preprocessor
    if not hasattr(tower, stage):
        raise ValueError(
            f'stage={stage!r}, but {type(tower).__name__} has no such part'
        )
    maps, joint = [], []
    hook = getattr(tower, stage).register_forward_hook(
        lambda part, inputs, output: maps.append(output.flatten(1))
    )
    model.eval()
    pictures = torch.from_numpy(clips.frames).flatten(0, 1).permute(0, 3, 1, 2)
    try:
        for some in pictures.split(_AT_ONCE):
            joint.append(model.backbone((some.float() - norm.mean) / norm.std))
    finally:
        hook.remove()
    shape = clips.frames.shape[:2]
    flat, joint = torch.cat(maps), torch.cat(joint)
    scale = model.cls_head.logit_scale.exp()
    similarity = F.normalize(joint, dim=-1) @ model.text_encoder().t() * scale
    features = torch.cat([flat, joint], dim=1).unflatten(0, shape)
    return Reading(features, flat.shape[1], similarity.unflatten(0, shape))


class Reduction:
    """Scaled principal components of a map, and the scaled joint feature.

    Args:
        reading: Features of the training clips, from which the components are computed.
        components: Number of components that are kept.
    """

    def __init__(self, reading: Reading, components: int) -> None:
        flat, joint = self._parts(reading)
        self.means = flat.mean((0, 1)), joint.mean((0, 1))
        centred = (flat - self.means[0]).flatten(0, 1)
        components = min(components, *centred.shape)
        _, spread, self.basis = torch.pca_lowrank(centred, components, center=False)
        self.scales = spread.mean() / len(centred) ** 0.5, joint.std()

    def __call__(self, reading: Reading) -> Tensor:
        """Instances (N, T, D)."""
        flat, joint = self._parts(reading)
        flat = (flat - self.means[0]) @ self.basis / self.scales[0]
        return torch.cat([flat, (joint - self.means[1]) / self.scales[1]], dim=-1)

    @staticmethod
    def _parts(reading: Reading) -> tuple[Tensor, Tensor]:
        features, border = reading.features, reading.map_channels
        return features[..., :border], features[..., border:]


def make_batch(
    clips: DrawnClips, reading: Reading, reduce: Reduction, size: int
) -> Batch:
    """Clips as the separator takes them, all frames valid.

    Args:
        clips: The clips.
        reading: Their features from the tower.
        reduce: Makes instances from the features.
        size: Width and height of the pictures that are drawn, pixels.
    """
    return Batch(
        instances=reduce(reading),
        mask=torch.ones(reading.features.shape[:2], dtype=torch.bool),
        pictures=torch.from_numpy(shrink(clips.frames, size)),
        similarity=reading.similarity,
        label=torch.from_numpy(np.asarray(clips.label, np.int64)),
    )
