"""Optimal transport between the words of the classes' texts and the frames."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from ...registry import MODELS
from ..bag import Bag
from ..functional import motion_weights, sinkhorn
from ..layers.zero_start import zero_linear
from ..temporal import build_temporal
from .bag_head import BagHead, HeadOutput


class Transport(NamedTuple):
    """The transport plans between frames and words, with the cosines.

    Attributes:
        hidden: Features of the frames after the temporal network, (N, M, D).
        weight: Of the frames, (N, M).
        plan: Mass that is moved from each token to each word, (N, K, L, S), summing to
            one.
        cosine: Cosines of words and tokens, (N, K, L, S).
    """

    hidden: Tensor
    weight: Tensor
    plan: Tensor
    cosine: Tensor


@MODELS.register_module()
class TransportHead(BagHead):
    """A head that aligns frames with words by optimal transport [from GRACE].

    The mass of an instance follows its motion, and all words of a class have the same
    mass. An entropy-regularised plan moves one onto the other at the cost of their
    cosine distances [from GRACE: motion weights, optimal transport]. The similarity of
    a video and a class is half the mean cosine under that plan and half the cosine
    between the weighted mean of the instances and the class's text. The logit is this
    similarity divided by a temperature [choice]. Loss: ``loss_cls`` of the logits, plus
    ``align_weight`` times the cost of the label's own plan [from GRACE; weight a
    choice].

    The texts come from ``OpenCLIPWords``. The words are refined by a linear layer that
    is added to the identity and starts at zero [choice].

    Args:
        num_classes: K.
        in_channels: D, the joint width.
        temporal: Config of a network from ``tgdfer_mm.registry.TEMPORAL``, without
            ``dim``.
        temperature: Divisor of the similarities.
        motion_temperature: See :func:`~tgdfer_mm.models.functional.motion_weights`.
        epsilon: See :func:`~tgdfer_mm.models.functional.sinkhorn`.
        steps: See :func:`~tgdfer_mm.models.functional.sinkhorn`.
        align_weight: Weight of the cost of the label's plan in the loss.
        loss_cls: Cross entropy by default.
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        temporal: dict | None = None,
        temperature: float = 0.01,
        motion_temperature: float = 0.1,
        epsilon: float = 0.05,
        steps: int = 30,
        align_weight: float = 1.0,
        loss_cls: dict | None = None,
    ) -> None:
        super().__init__(num_classes, in_channels, loss_cls)
        self.temporal = build_temporal(temporal, 'transformer', in_channels)
        self.refine = zero_linear(in_channels, in_channels)
        self.temperature = temperature
        self.motion_temperature = motion_temperature
        self.epsilon = epsilon
        self.steps = steps
        self.align_weight = align_weight

    def forward(self, bag: Bag, **kwargs) -> HeadOutput:
        """The output for bags (N, M, D), given texts and words (K, 1 + L, D).

        Its ``extra`` has the mean cosines under the plans, ``aligned`` (N, K).

        Raises:
            ValueError: If there are no words.
        """
        moved = self.transport(bag)
        text, hidden, weight = bag.text[:, 0], moved.hidden, moved.weight
        aligned = (moved.plan * moved.cosine).sum((-2, -1))
        video = F.normalize((weight[:, None] @ hidden).squeeze(1), dim=-1)
        logits = (aligned + video @ text.t()) / (2 * self.temperature)
        instance = F.normalize(hidden, dim=-1) @ text.t() / self.temperature
        return HeadOutput(logits, instance, weight, {'aligned': aligned})

    def transport(self, bag: Bag) -> Transport:
        """The transport plans of a bag; its texts need not be those of the classes.

        Raises:
            ValueError: If there are no words.
        """
        if bag.text is None or bag.text.dim() != 3:
            raise ValueError("TransportHead needs text_encoder.type='OpenCLIPWords'")
        frames = self.frames(bag)
        weight = motion_weights(frames, bag.mask, self.motion_temperature)
        hidden = self.temporal(F.normalize(frames, dim=-1), bag.mask)
        words = bag.text[:, 1:]
        given = words.any(-1)
        words = F.normalize(words + self.refine(words), dim=-1)
        tokens, shares = self.tokens(bag, F.normalize(hidden, dim=-1), weight)
        cosine = torch.einsum('kld,nmd->nklm', words, tokens)
        plan = sinkhorn(
            1 - cosine,
            (given / given.sum(1, keepdim=True)).expand(len(frames), -1, -1),
            shares[:, None].expand(-1, len(words), -1),
            self.epsilon,
            self.steps,
        )
        return Transport(hidden, weight, plan, cosine)

    def frames(self, bag: Bag) -> Tensor:
        """The features of the frames, (N, M, D)."""
        return bag.instances

    def tokens(self, bag: Bag, unit: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
        """The features that are moved onto the words, and their mass.

        Args:
            bag: The bag.
            unit: Unit features of the frames after the temporal network, (N, M, D).
            weight: Of the frames, (N, M).

        Returns:
            (N, S, D) and (N, S), summing to one.
        """
        return unit, weight

    def loss_of(self, output: HeadOutput, label: Tensor, bag: Bag) -> dict[str, Tensor]:
        """The losses of a bag given the labels, and the accuracy."""
        shares = label if label.dim() == 2 else F.one_hot(label, self.num_classes)
        cost = (shares * (1 - output.extra['aligned'])).sum(-1).mean()
        return {
            **super().loss_of(output, label, bag),
            'loss_align': self.align_weight * cost,
        }
