"""Learned class vectors, for a model without text."""

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from torch import Tensor, nn

from ...labels.classes import load_classes
from ...registry import MODELS


@MODELS.register_module()
class LearnedClassVectors(BaseModule):
    """Learned class vectors instead of a text encoder [choice].

    Each class has a trained unit vector instead of its text feature, so that neck
    and head work without a vision-language model. The logits are then those of a linear
    classifier without bias on unit features.

    Args:
        classes: Name of a label set (``dfew``, ``ferv39k``, ``mafw``), path of your
            own, or the class names in the order of the labels.
        out_channels: D, the joint width.

    Attributes:
        classes: Class names, in the order of the vectors.
    """

    def __init__(self, classes: str | list[str], out_channels: int) -> None:
        super().__init__()
        names = load_classes(classes) if isinstance(classes, str) else classes
        self.classes = tuple(names)
        self.out_channels = out_channels
        self.vectors = nn.Parameter(torch.randn(len(self.classes), out_channels))

    def forward(self) -> Tensor:
        """The unit vectors of the classes, (K, D)."""
        return F.normalize(self.vectors, dim=-1)
