"""S2D's self-distillation: soft targets from similar clips of earlier batches."""

import itertools

import torch
import torch.nn.functional as F
from mmengine.logging import MessageHub
from torch import Tensor, nn

from ...registry import MODELS

# Pairs of a share of the training and the weight from then on: S2D's epochs 30, 50, 60
# and 80 of 100.
SCHEDULE = ((0.3, 0.01), (0.5, 0.1), (0.6, 0.5), (0.8, 1.0))


@MODELS.register_module()
class SelfDistillationLoss(nn.Module):
    """Self-distillation from stored predictions for similar clips [from S2D].

    The last ``size`` training clips of each class are kept as anchors: feature and
    probabilities. Of every class the ``neighbours`` anchors with the highest cosine to
    a clip's feature are taken; the mean of their probabilities, weighted by the
    cosines, is the clip's soft target, and the loss ``KL(target || softmax(logits))``.
    Anchors with a cosine below zero have no weight [choice].

    Anchors are always replaced by newer ones [choice]; the authors collect them again
    every 40 epochs. Until every class has enough anchors, the loss is zero. Each
    process has its own anchors; they are buffers, so a checkpoint contains them.

    Args:
        num_classes: K.
        channels: Width of the features.
        size: Number of anchors of a class.
        neighbours: Number of anchors of a class that make the target.
        schedule: Pairs of a share of the training's steps and the weight from then on;
            before the first pair the weight is 0. Outside of a Runner the last weight
            holds.

    Raises:
        ValueError: If there are more neighbours than anchors, or the shares of the
            schedule do not ascend from 0 to 1.
    """

    def __init__(
        self,
        num_classes: int,
        channels: int,
        size: int = 16,
        neighbours: int = 2,
        schedule: tuple[tuple[float, float], ...] = SCHEDULE,
    ) -> None:
        super().__init__()
        if not 1 <= neighbours <= size:
            raise ValueError(f'neighbours={neighbours} must be from 1 to size={size}')
        shares = [0.0, *(share for share, _ in schedule), 1.0]
        if not schedule or any(a > b for a, b in itertools.pairwise(shares)):
            raise ValueError(f'schedule={schedule}: shares must ascend within 0 to 1')
        self.neighbours = neighbours
        self.schedule = tuple(schedule)
        self.register_buffer('features', torch.zeros(num_classes, size, channels))
        self.register_buffer(
            'probabilities', torch.zeros(num_classes, size, num_classes)
        )
        self.register_buffer('seen', torch.zeros(num_classes, dtype=torch.long))

    def forward(self, feature: Tensor, logits: Tensor, label: Tensor) -> Tensor:
        """The mean loss of a batch; in training, its clips are then stored as anchors.

        Args:
            feature: (N, D), before the classifier.
            logits: (N, K).
            label: (N,), or shares (N, K), whose largest one counts.
        """
        weight = self.weight()
        loss = logits.new_zeros(())
        if weight and self.seen.min() >= self.neighbours:
            target = self.targets(feature.detach())
            log_probabilities = logits.log_softmax(-1)
            loss = weight * F.kl_div(log_probabilities, target, reduction='batchmean')
        if self.training:
            self._remember(feature.detach(), logits.detach(), label)
        return loss

    def weight(self) -> float:
        """The weight at this step of the training."""
        hub = MessageHub.get_current_instance()
        total = hub.get_info('max_iters') if 'max_iters' in hub.runtime_info else None
        share = hub.get_info('iter', 0) / total if total else 1.0
        reached = [weight for start, weight in self.schedule if share >= start]
        return reached[-1] if reached else 0.0

    def targets(self, feature: Tensor) -> Tensor:
        """Soft targets (N, K) for features (N, D)."""
        anchors = F.normalize(self.features, dim=-1)
        cosine = torch.einsum('nd,kad->nka', F.normalize(feature, dim=-1), anchors)
        place = torch.arange(anchors.shape[1], device=feature.device)
        empty = place >= self.seen[:, None]
        best, chosen = cosine.masked_fill(empty, -2.0).topk(self.neighbours, dim=-1)
        share = best.clamp(min=1e-6)
        share = share / share.sum((1, 2), keepdim=True)
        classes = torch.arange(len(anchors), device=feature.device)[None, :, None]
        return (share[..., None] * self.probabilities[classes, chosen]).sum((1, 2))

    @torch.no_grad()
    def _remember(self, feature: Tensor, logits: Tensor, label: Tensor) -> None:
        label = label.argmax(-1) if label.dim() == 2 else label
        size = self.features.shape[1]
        one_hot = F.one_hot(label, len(self.seen))
        rank = (one_hot.cumsum(0) - 1).gather(1, label[:, None]).squeeze(1)
        count = one_hot.sum(0)
        kept = rank >= count[label] - size  # if there are too many, the last ones
        slot = (self.seen[label] + rank) % size
        where = label[kept], slot[kept]
        self.features[where] = feature[kept].to(self.features)
        self.probabilities[where] = logits[kept].softmax(-1).to(self.probabilities)
        self.seen += count
