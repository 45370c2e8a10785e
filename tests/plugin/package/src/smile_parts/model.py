"""A model: the recognizer, with a weight of its own."""

import torch
from torch import nn

from tgdfer_mm.models.recognizers import TextGuidedRecognizer
from tgdfer_mm.registry import MODELS


@MODELS.register_module()
class ShiftedRecognizer(TextGuidedRecognizer):
    """Adds a learned vector to all instances."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.shift = nn.Parameter(torch.zeros(self.backbone.out_channels))

    def make_instances(self, features, mask):
        x, mask = super().make_instances(features, mask)
        return x + self.shift, mask
