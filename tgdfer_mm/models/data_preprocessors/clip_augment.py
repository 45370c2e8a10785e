"""Augmentation and normalisation of whole clips on the model's device."""

from collections.abc import Sequence

import torch
from mmaction.models.data_preprocessors import ActionDataPreprocessor
from torch import Tensor

from ...registry import MODELS
from .clip_ops import build_op


@MODELS.register_module()
class ClipAugmentPreprocessor(ActionDataPreprocessor):
    """A data preprocessor that also crops, resizes, flips and jitters clips [choice].

    It derives from mmaction2's ``ActionDataPreprocessor``. Loaders then only decode:
    pictures travel to the device as uint8 in their size on disk, and the device
    transforms whole clips where the loader's processes transformed single frames. The
    random numbers are those of the stock transforms, drawn in the main process.
    :func:`augment_on_device` changes a config to use it.

    Args:
        train: Configs of stock transforms for training, in their order.
        test: The same for testing.
        **kwargs: As for ``ActionDataPreprocessor``; ``format_shape`` is ``NCHW``.

    Raises:
        ValueError: If a transform has no counterpart here, see
            :mod:`~tgdfer_mm.models.data_preprocessors.clip_ops`.
    """

    def __init__(
        self, train: Sequence[dict] = (), test: Sequence[dict] = (), **kwargs
    ) -> None:
        super().__init__(**kwargs)
        if self.format_shape != 'NCHW' or self.to_rgb:
            raise ValueError(
                "ClipAugmentPreprocessor takes RGB pictures and format_shape='NCHW'."
            )
        self._non_blocking = True  # with train_dataloader.pin_memory
        self.train_ops = [build_op(dict(config)) for config in train]
        self.test_ops = [build_op(dict(config)) for config in test]

    def preprocess(
        self, inputs: list[Tensor], data_samples: list, training: bool = False
    ) -> tuple[Tensor, list]:
        """Clips (T, 3, H, W) uint8 to a batch (N, T, 3, H', W') of floats.

        Raises:
            ValueError: If the clips of a batch have different sizes in the end.
        """
        clips = []
        for clip in inputs:
            for op in self.train_ops if training else self.test_ops:
                clip = op(clip)
            clips.append(clip)
        sizes = {tuple(clip.shape) for clip in clips}
        if len(sizes) > 1:
            raise ValueError(
                f'The clips of a batch are of the sizes {sorted(sizes)}: add a Resize '
                'to train and test of ClipAugmentPreprocessor.'
            )
        # Colours last, as they were decoded: nothing is transposed in memory.
        batch = torch.stack([clip.movedim(-3, -1) for clip in clips]).float()
        batch = batch.movedim(-1, -3)
        if self._enable_normalize:
            batch.sub_(self.mean).div_(self.std)
        if training and self.blending is not None:
            batch, data_samples = self.blending(batch, data_samples)
        return batch, data_samples
