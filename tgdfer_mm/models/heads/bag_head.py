"""What the heads of the related methods share: loss, prediction, explanation."""

from typing import NamedTuple

from mmaction.models.heads import BaseHead
from torch import Tensor

from ..bag import Bag
from .labels import read_labels


class Verdict(NamedTuple):
    """What a head says of a batch of bags.

    Attributes:
        logits: Of the bags, (N, K).
        instance: Of the instances, (N, M, K).
        attention: How much each instance was attended to, (N, M), summing to one.
    """

    logits: Tensor
    instance: Tensor
    attention: Tensor


class BagHead(BaseHead):
    """Base: ``forward`` turns a bag into a :class:`Verdict`, the rest is here.

    Args:
        num_classes: K.
        in_channels: Width of the instances.
        loss_cls: Config of the loss on the bags' logits; ``MILLoss`` by default.
    """

    def __init__(
        self, num_classes: int, in_channels: int, loss_cls: dict | None = None
    ) -> None:
        super().__init__(
            num_classes,
            in_channels,
            loss_cls or dict(type='MILLoss'),
            average_clips='prob',
        )

    def forward(self, bag: Bag, **kwargs) -> Verdict:
        """The verdict on every bag; other arguments are the stock heads'."""
        raise NotImplementedError

    def init_weights(self) -> None:
        """Keeps the start that the constructor set."""
        self._is_init = True

    def loss(self, feats: Bag, data_samples: list, **kwargs) -> dict[str, Tensor]:
        """The loss of a batch, and the accuracy of its predictions."""
        logits = self(feats).logits
        return self.loss_of(logits, read_labels(data_samples, logits))

    def loss_of(self, logits: Tensor, label: Tensor) -> dict[str, Tensor]:
        """The loss of the bags' logits given the labels, and the accuracy."""
        truth = label if label.dim() == 1 else label.argmax(-1)
        hits = logits.argmax(-1) == truth
        return {
            'loss_cls': self.loss_cls(logits, label),
            'top1_acc': hits.float().mean(),
        }

    def predict(self, feats: Bag, data_samples: list, **kwargs) -> list:
        """Writes scores, label and the per-instance explanation on the data samples.

        Each sample gets ``pred_score`` (K,), ``pred_label``, ``instance_scores``
        (M, K), ``attention`` (M,) as shares of what the valid instances got, and
        ``instance_mask`` (M,).
        """
        logits, instance, attention = self(feats)
        attention = attention * feats.mask
        attention = attention / attention.sum(1, keepdim=True)
        score = logits.softmax(-1)
        for i, sample in enumerate(data_samples):
            sample.set_pred_score(score[i])
            sample.set_pred_label(score[i].argmax(-1, keepdim=True))
            sample.set_field(instance[i].softmax(-1), 'instance_scores')
            sample.set_field(attention[i], 'attention')
            sample.set_field(feats.mask[i], 'instance_mask')
        return data_samples
