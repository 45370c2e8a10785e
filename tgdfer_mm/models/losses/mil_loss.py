"""The bag loss: multiple-instance pooling and a classification loss."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...registry import MODELS
from ..pooling.mil import mil_pool


@MODELS.register_module()
class MILLoss(nn.Module):
    """The classification loss of bags [paper: MIL; forms and weights a choice].

    It takes bag logits (N, K), as any mmaction2 head gives them, or instance logits (N,
    M, K) with a mask, which it pools with :func:`mil_pool` first.

    Labels: class indices (N,); soft labels such as vote shares, (N, K), non-negative
    and summing to one; with ``multi_label`` multi-hot (N, K), by binary cross entropy.

    Args:
        pooling: See :func:`mil_pool`; used on instance logits only.
        rho: Share of the instances that ``topk`` averages.
        label_smooth: Share of the label spread over all classes (single label only).
        multi_label: Whether labels are multi-hot.
        loss_weight: Factor of the result.

    Raises:
        ValueError: If labels and logits do not fit, a soft label does not sum to one,
            or ``label_smooth`` is given with ``multi_label``.
    """

    def __init__(
        self,
        pooling: str = 'topk',
        rho: float = 0.25,
        label_smooth: float = 0.0,
        multi_label: bool = False,
        loss_weight: float = 1.0,
    ) -> None:
        super().__init__()
        if multi_label and label_smooth:
            raise ValueError('label_smooth works with single labels only; set it to 0')
        self.pooling = pooling
        self.rho = rho
        self.label_smooth = label_smooth
        self.multi_label = multi_label
        self.loss_weight = loss_weight

    def forward(
        self,
        cls_score: Tensor,
        label: Tensor,
        mask: Tensor | None = None,
        weights: Tensor | None = None,
    ) -> Tensor:
        """The mean loss of the bags.

        Args:
            cls_score: (N, K), or (N, M, K).
            label: (N,) or (N, K); see the class.
            mask: Valid instances, (N, M); by default all.
            weights: Relevance (N, M, K), for ``pooling='relevance'``.
        """
        if cls_score.dim() == 3:
            if mask is None:
                mask = cls_score.new_ones(cls_score.shape[:2], dtype=torch.bool)
            cls_score = mil_pool(cls_score, mask, self.pooling, self.rho, weights)
        return self.classify(cls_score, label) * self.loss_weight

    def classify(self, cls_score: Tensor, label: Tensor) -> Tensor:
        """The mean loss of bag logits (N, K), without its weight."""
        if self.multi_label:
            _check_shape(cls_score, label)
            return F.binary_cross_entropy_with_logits(cls_score, label.float())
        if label.is_floating_point():
            _check_shape(cls_score, label)
            _check_distribution(label)
        return F.cross_entropy(cls_score, label, label_smoothing=self.label_smooth)


def _check_shape(cls_score: Tensor, label: Tensor) -> None:
    if label.shape != cls_score.shape:
        raise ValueError(
            f'labels of shape {tuple(label.shape)} do not fit logits of shape '
            f'{tuple(cls_score.shape)}: give class indices (N,), or shares (N, K)'
        )


def _check_distribution(label: Tensor) -> None:
    bad = (label < 0).any(-1) | ((label.sum(-1) - 1).abs() > 1e-3)
    if bad.any():
        raise ValueError(
            f'soft label {label[bad][0].tolist()} is not a distribution; for several '
            'labels a clip set multi_label=True'
        )
