"""VadCLIP's two branches: one for rest or expression, one for the class."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...registry import MODELS
from ..bag import Bag
from ..functional import masked_softmax, off_diagonal
from ..layers.zero_start import zero_ffn
from ..pooling.mil import mil_pool
from ..temporal import build_temporal
from .bag_head import BagHead, HeadOutput


@MODELS.register_module()
class VadCLIPHead(BagHead):
    """VadCLIP's head: a coarse branch and a text-aligned fine one [from VadCLIP].

    VadCLIP looks for anomalies in surveillance videos. Here the class at rest (neutral)
    takes the place of the normal class, and every other class is an anomaly [choice].

    * ``H = temporal(X)`` of unit instances; its LGT adapter.
    * Coarse: ``a_i = w (h_i + FFN(h_i))``, the distance of instance i from rest. Loss:
      binary cross entropy of the mean of the highest ``sigmoid(a_i)``.
    * Fine: the visual prompt ``v = L2norm(sum_i a_i h_i)`` is the same for all classes;
      ``e'_c = u + FFN(u)`` with ``u = e_c + v``; ``z_ic = cos(h_i, e'_c) / tau``. Loss
      (MIL-align): ``loss_cls`` of the mean of each class's highest z.
    * The text of the class at rest should differ from the others: ``text_weight`` times
      their mean absolute cosine is added to the loss.

    The fine branch predicts. The attention of an instance is ``softmax(a_i)`` [choice].
    Unlike the original, the temporal network has a residual and the last layers of the
    FFNs start at zero [choice].

    Args:
        num_classes: K.
        in_channels: D, the joint width.
        rest_class: Index of the class at rest. With None, all clips are positive for
            the coarse branch, and the loss on the texts is over all pairs of classes
            [choice].
        temporal: Config of a network from ``tgdfer_mm.registry.TEMPORAL``, without
            ``dim``; ``lgt`` with windows of eight by default.
        rho: Share of the instances in the mean of the highest. The original takes n //
            16 + 1 of n, which is 2 of 16.
        temperature: tau.
        coarse_weight: Factor of the coarse branch's loss.
        text_weight: Weight of the loss on the texts.
        loss_cls: Cross entropy by default.

    Raises:
        ValueError: If ``rest_class`` is not the index of a class.
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        rest_class: int | None,
        temporal: dict | None = None,
        rho: float = 0.125,
        temperature: float = 0.07,
        coarse_weight: float = 1.0,
        text_weight: float = 0.1,
        loss_cls: dict | None = None,
    ) -> None:
        super().__init__(num_classes, in_channels, loss_cls)
        if rest_class is not None and not 0 <= rest_class < num_classes:
            raise ValueError(
                f'rest_class={rest_class} must be from 0 to {num_classes - 1}; give '
                'None if no class is at rest'
            )
        self.rest_class = rest_class
        temporal = temporal or dict(windows=(8,))
        self.temporal = build_temporal(temporal, 'lgt', in_channels)
        self.coarse_ffn = zero_ffn(in_channels)
        self.coarse = nn.Linear(in_channels, 1)
        self.prompt_ffn = zero_ffn(in_channels)
        self.rho = rho
        self.temperature = temperature
        self.coarse_weight = coarse_weight
        self.text_weight = text_weight

    def forward(self, bag: Bag, **kwargs) -> HeadOutput:
        """The output for bags (N, M, D), given the texts (K, D).

        Its ``extra`` has the logits of the ``coarse`` branch, (N, M).
        """
        hidden = self.temporal(F.normalize(bag.instances, dim=-1), bag.mask)
        coarse = self.coarse(hidden + self.coarse_ffn(hidden)).squeeze(-1)
        prompt = ((coarse * bag.mask)[:, None] @ hidden).squeeze(1)
        label = bag.text + F.normalize(prompt, dim=-1)[:, None]
        label = F.normalize(label + self.prompt_ffn(label), dim=-1)
        instance = F.normalize(hidden, dim=-1) @ label.transpose(1, 2)
        instance = instance / self.temperature
        logits = mil_pool(instance, bag.mask, 'topk', self.rho)
        weights = masked_softmax(coarse, bag.mask, 1)
        return HeadOutput(logits, instance, weights, {'coarse': coarse})

    def loss_of(self, output: HeadOutput, label: Tensor, bag: Bag) -> dict[str, Tensor]:
        """The losses of a bag given the labels, and the accuracy."""
        coarse = output.extra['coarse'].sigmoid()[..., None]
        moved = mil_pool(coarse, bag.mask, rho=self.rho)[:, 0]
        loss_coarse = F.binary_cross_entropy(moved, self._off_rest(label, moved))
        return {
            **super().loss_of(output, label, bag),
            'loss_coarse': self.coarse_weight * loss_coarse,
            'loss_text': self.text_weight * self._similarity(bag.text),
        }

    def _off_rest(self, label: Tensor, like: Tensor) -> Tensor:
        """The share of each label that is not at rest, (N,)."""
        if self.rest_class is None:
            return torch.ones_like(like)
        if label.dim() == 1:
            return (label != self.rest_class).to(like)
        return 1 - label[:, self.rest_class].to(like)

    def _similarity(self, text: Tensor) -> Tensor:
        cosine = off_diagonal(text @ text.t()).abs()
        if self.rest_class is not None:
            cosine = cosine.view(len(text), -1)[self.rest_class]
        return cosine.mean()
