"""Computes the features of a frame once, although several windows have it."""

import weakref
from collections.abc import Sequence

import numpy as np
import torch
from mmengine.dataset import pseudo_collate
from torch import Tensor, nn

from ..models.backbones import InstanceBackbone
from ..models.recognizers import BagRecognizer
from .preprocessing import ClipPipeline

_BATCH = 128  # frames that the tower sees together
# Steps of a test pipeline that change a frame in the same way in every clip.
_SINGLE = {'Resize', 'CenterCrop', 'FormatShape', 'PackDFERInputs', 'PackActionInputs'}


def sees_single_frames(model: nn.Module, steps: Sequence[dict]) -> bool:
    """True if the tower and all steps before it see each frame by itself.

    Args:
        model: The recognizer.
        steps: The transforms that prepare a clip for it.
    """
    if (
        not isinstance(model, BagRecognizer)
        or not {s['type'] for s in steps} <= _SINGLE
    ):
        return False
    own = all(
        getattr(type(model), name) is getattr(BagRecognizer, name)
        for name in ('predict', 'extract_feat')
    )
    return own and not isinstance(model.backbone, InstanceBackbone)


class FrameFeatures:
    """Predicts windows; a frame in several windows goes through the tower once.

    A feature is kept as long as its crop, that is while a window may need it. Scores
    equal those of windows that are computed by themselves, except for rounding.

    Args:
        model: A model for which :func:`sees_single_frames` is true.
        pipeline: Prepares a window.
    """

    def __init__(self, model: BagRecognizer, pipeline: ClipPipeline) -> None:
        self._model, self._pipeline = model, pipeline
        self._kept: dict[int, tuple[weakref.ref, Tensor]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def __call__(self, windows: list[list[np.ndarray]]) -> list:
        """The samples that the model gives for windows of crops."""
        packed = [self._pipeline(crops) for crops in windows]
        new: dict[int, tuple[np.ndarray, Tensor]] = {}
        for crops, clip in zip(windows, packed, strict=True):
            for place, crop in enumerate(crops):
                if id(crop) not in self._kept and id(crop) not in new:
                    new[id(crop)] = crop, clip['inputs'][place]
        if new:
            found = self._of_frames(torch.stack([frame for _, frame in new.values()]))
            for (key, (crop, _)), feature in zip(new.items(), found, strict=True):
                gone = weakref.ref(crop, lambda _, key=key: self._kept.pop(key, None))
                self._kept[key] = gone, feature
        batch = self._model.data_preprocessor.cast_data(
            pseudo_collate([clip['data_samples'] for clip in packed])
        )
        features = torch.stack(
            [
                self._of_window(crops, len(clip['inputs']))
                for crops, clip in zip(windows, packed, strict=True)
            ]
        )
        return self._model.predict_features(features, batch)

    def of_crops(self, crops: list[np.ndarray]) -> Tensor:
        """Features (n, D) of crops of the window that was predicted last."""
        return torch.stack([self._kept[id(crop)][1] for crop in crops])

    def _of_frames(self, frames: Tensor) -> Tensor:
        """Features (F, D) of frames (F, 3, H, W)."""
        batch = dict(inputs=[frames], data_samples=None)
        images = self._model.data_preprocessor(batch, training=False)['inputs']
        # On CPU a convolution takes two thirds of the time in this order.
        images = images.flatten(0, 1).contiguous(memory_format=torch.channels_last)
        return torch.cat(
            [self._model.backbone(part).float() for part in images.split(_BATCH)]
        )

    def _of_window(self, crops: list[np.ndarray], length: int) -> Tensor:
        own = self.of_crops(crops)
        return torch.cat([own, own[-1:].expand(length - len(own), -1)])
