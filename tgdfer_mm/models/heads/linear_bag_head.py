"""A linear classifier on the mean of a bag."""

import torch.nn.functional as F
from torch import Tensor, nn

from ...registry import MODELS
from ..bag import Bag
from ..pooling.mil import mil_pool
from ..temporal import build_temporal
from .bag_head import BagHead, HeadOutput


@MODELS.register_module()
class LinearBagHead(BagHead):
    """A linear classifier on the mean of the valid instances [choice].

    It does what a stock recognizer does with its frames, except that padding does not
    count; a temporal network may come first. As mean and layer are linear, the logits
    of a bag are the mean of the instance logits. All valid instances have the same
    weight.

    Args:
        num_classes: K.
        in_channels: D.
        temporal: Config of a network from ``tgdfer_mm.registry.TEMPORAL``, without
            ``dim``; by default there is none.
        dropout: Dropout rate on the mean.
        loss_cls: Cross entropy by default.
        distill: Config of an additional loss of feature, logits and label, such as
            ``SelfDistillationLoss``.
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        temporal: dict | None = None,
        dropout: float = 0.0,
        loss_cls: dict | None = None,
        distill: dict | None = None,
    ) -> None:
        super().__init__(num_classes, in_channels, loss_cls)
        self.temporal = build_temporal(temporal, 'identity', in_channels)
        self.dropout = dropout
        self.fc = nn.Linear(in_channels, num_classes)
        nn.init.trunc_normal_(self.fc.weight, std=0.02)
        nn.init.zeros_(self.fc.bias)
        self.distill = MODELS.build(distill) if distill else None

    def forward(self, bag: Bag, **kwargs) -> HeadOutput:
        """The output for bags of instances (N, M, D).

        Its ``extra`` has the ``feature`` of each bag before the linear layer, (N, D).
        """
        hidden = self.temporal(bag.instances, bag.mask)
        feature = mil_pool(hidden, bag.mask, 'mean')
        logits = self.fc(F.dropout(feature, self.dropout, self.training))
        share = bag.mask / bag.mask.sum(1, keepdim=True).clamp(min=1)
        return HeadOutput(logits, self.fc(hidden), share, {'feature': feature})

    def loss_of(self, output: HeadOutput, label: Tensor, bag: Bag) -> dict[str, Tensor]:
        """The losses of a bag given the labels, and the accuracy."""
        losses = super().loss_of(output, label, bag)
        if self.distill is not None:
            feature = output.extra['feature']
            losses['loss_distill'] = self.distill(feature, output.logits, label)
        return losses
