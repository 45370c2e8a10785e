"""The base of all heads on bags: output, loss, prediction, explanation."""

from typing import NamedTuple

from mmaction.models.heads import BaseHead
from torch import Tensor

from ..bag import Bag
from .labels import read_labels, top1_accuracy


class HeadOutput(NamedTuple):
    """The output of a head for a batch of bags.

    Attributes:
        logits: Logits of the bags, (N, K).
        instance: Logits of the instances, (N, M, K).
        weights: Weight of each instance, (N, M), or for each class, (N, M, K); sums to
            one over the instances.
        extra: Further tensors for the head's own losses and probabilities, by name.
    """

    logits: Tensor
    instance: Tensor
    weights: Tensor
    extra: dict[str, Tensor] = {}


class BagHead(BaseHead):
    """Base class of heads on bags, with losses, predictions and explanations.

    Args:
        num_classes: K, the number of classes.
        in_channels: Width of the instances.
        loss_cls: Config of the loss on the bag logits; ``MILLoss`` by default.

    Attributes:
        weights_field: Name of the instance weights on data samples and in files:
            ``attention``, or ``relevance`` where each class has its own weights.
    """

    weights_field = 'attention'

    def __init__(
        self, num_classes: int, in_channels: int, loss_cls: dict | None = None
    ) -> None:
        super().__init__(
            num_classes,
            in_channels,
            loss_cls or dict(type='MILLoss'),
            average_clips='prob',
        )

    def forward(self, bag: Bag, **kwargs) -> HeadOutput:
        """The output for every bag. Other arguments of stock heads are ignored."""
        raise NotImplementedError

    def init_weights(self) -> None:
        """Does nothing: the constructor has set the initial weights."""
        self._is_init = True

    def loss(self, feats: Bag, data_samples: list, **kwargs) -> dict[str, Tensor]:
        """The losses of a batch, and the accuracy of its predictions."""
        output = self(feats)
        return self.loss_of(output, read_labels(data_samples, output.logits), feats)

    def loss_of(self, output: HeadOutput, label: Tensor, bag: Bag) -> dict[str, Tensor]:
        """The losses of a bag given the labels, and the accuracy."""
        return {
            'loss_cls': self.loss_cls(output.logits, label),
            'top1_acc': top1_accuracy(output.logits, label),
        }

    def predict(self, feats: Bag, data_samples: list, **kwargs) -> list:
        """Writes scores, label and the explanation by instances on the data samples.

        Each sample gets ``pred_score`` (K,), ``pred_label``, ``instance_scores`` (M,
        K), the instance weights under the name in ``weights_field``, and
        ``instance_mask`` (M,).
        """
        output = self(feats)
        score = self.probabilities(output)
        instance = self.normalise(output.instance)
        weights = self.shares_of_valid(output.weights, feats.mask)
        for i, sample in enumerate(data_samples):
            sample.set_pred_score(score[i])
            sample.set_pred_label(self.chosen(score[i]))
            sample.set_field(instance[i], 'instance_scores')
            sample.set_field(weights[i], self.weights_field)
            sample.set_field(feats.mask[i], 'instance_mask')
        return data_samples

    def probabilities(self, output: HeadOutput) -> Tensor:
        """Class probabilities of the bags, (N, K)."""
        return self.normalise(output.logits)

    def normalise(self, logits: Tensor) -> Tensor:
        """Turns logits (..., K) into probabilities."""
        return logits.softmax(-1)

    def chosen(self, score: Tensor) -> Tensor:
        """The predicted classes, given the probabilities (K,) of a bag."""
        return score.argmax(-1, keepdim=True)

    def shares_of_valid(self, weights: Tensor, mask: Tensor) -> Tensor:
        """Weights (N, M), scaled to sum to one over the valid instances."""
        weights = weights * mask
        return weights / weights.sum(1, keepdim=True)
