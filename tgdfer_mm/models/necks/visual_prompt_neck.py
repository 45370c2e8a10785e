"""Relevance of the instances, visual prompts, and labels enriched by them."""

import math

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from torch import Tensor, nn

from ...registry import MODELS
from ..bag import Bag
from ..functional import masked_softmax, motion, off_diagonal, spread_in_time
from ..layers.scalar import scalar
from ..layers.zero_start import zero_ffn


@MODELS.register_module()
class RelevanceNeck(BaseModule):
    """A neck with frame-level relevance alone [paper; form a choice].

    ``alpha = softmax_i(cos(x_i, e_c) / tau)`` over the valid instances [paper:
    frame-level relevance; form a choice]. It is the base of :class:`VisualPromptNeck`,
    and takes its place in an ablation.

    Args:
        temperature: tau.
        spread: Whether an instance shares its relevance with its neighbours in time,
            before the softmax and after it, because an expression lasts for several
            frames [choice; docs/evidence.md]. It is off in runs from before version
            0.2.
        learn_temperature: Whether tau is trained.
        motion_temperature: Temperature of a preference for instances where the face
            moves: the relevance of an instance for every class is multiplied by
            ``exp(motion / motion_temperature)`` before it is normalised [from GRACE;
            form a choice]. The motion is between 0 and 2. With None there is no
            preference.

    Raises:
        ValueError: If ``motion_temperature`` is not positive.
    """

    def __init__(
        self,
        temperature: float = 0.01,
        spread: bool = False,
        learn_temperature: bool = False,
        motion_temperature: float | None = None,
    ) -> None:
        super().__init__()
        if motion_temperature is not None and motion_temperature <= 0:
            raise ValueError(
                f'motion_temperature={motion_temperature} must be positive'
            )
        self.motion_temperature = motion_temperature
        self.spread = spread
        start = scalar(math.log(temperature))
        self.log_tau = nn.Parameter(start, requires_grad=learn_temperature)

    def forward(self, bag: Bag, data_samples: list | None = None) -> tuple[Bag, dict]:
        """Fills in the bag's relevance (N, M, K) and enriched labels (N, K, D).

        Both are computed from the instances as the tower gives them; the head gets the
        result of :meth:`read`.

        Returns:
            The bag, and values to log (empty without ``data_samples``).
        """
        relevance = self.relevance(bag)
        enriched, log = self.enrich(bag, relevance)
        bag = bag._replace(
            instances=self.read(bag), enriched=enriched, relevance=relevance
        )
        return bag, {} if data_samples is None else log

    def read(self, bag: Bag) -> Tensor:
        """The instances that the head gets, (N, M, D): here unchanged."""
        return bag.instances

    def relevance(self, bag: Bag) -> Tensor:
        """The relevance of each valid instance for each class, (N, M, K)."""
        logits = self.similarity(bag)
        if self.motion_temperature is not None:
            prior = motion(bag.instances, bag.mask) / self.motion_temperature
            logits = logits + prior[..., None]
        if not self.spread:
            return masked_softmax(logits, bag.mask[..., None], dim=1)
        logits = spread_in_time(logits, bag.mask)
        shares = masked_softmax(logits, bag.mask[..., None], dim=1)
        shares = spread_in_time(shares, bag.mask)
        return shares / shares.sum(1, keepdim=True).clamp(
            min=torch.finfo(shares.dtype).tiny
        )

    def similarity(self, bag: Bag) -> Tensor:
        """Cosines of instances and labels divided by tau, (N, M, K)."""
        return F.normalize(bag.instances, dim=-1) @ bag.text.t() / self.log_tau.exp()

    def enrich(self, bag: Bag, relevance: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """The label features of each bag, (N, K, D), and values to log."""
        return bag.text.expand(bag.instances.shape[0], -1, -1), {}


@MODELS.register_module()
class VisualPromptNeck(RelevanceNeck):
    """A neck with visual prompts that enrich the labels [paper; form from VadCLIP].

    For instance x_i and class text e_c, with the relevance alpha of
    :class:`RelevanceNeck` and a trained tau:

    * visual prompt ``v_c = L2norm(sum_i alpha_ic x_i)``,
    * enriched label ``u = e_c + gamma v_c``, ``e'_c = L2norm(u + FFN(u))``.

    gamma and the FFN's last layer start at zero, so that at the start e' = e and the
    model is zero-shot CLIP [choice]. tau starts low, because with a high tau the
    prompts of all classes would be nearly the same vector. In training, gamma, tau and
    the mean cosine between the prompts of two classes are logged: prompts that are all
    alike, or a gamma that stays at zero, have no effect.

    Args:
        in_channels: D, the joint width.
        temperature: Initial value of tau.
        gamma: Initial value of gamma, which is trained.
        ffn_ratio: Hidden width of the FFN, divided by D.
        **kwargs: As for :class:`RelevanceNeck`.
    """

    def __init__(
        self,
        in_channels: int,
        temperature: float = 0.01,
        gamma: float = 0.0,
        ffn_ratio: int = 4,
        **kwargs,
    ) -> None:
        super().__init__(temperature, learn_temperature=True, **kwargs)
        self.gamma = nn.Parameter(scalar(gamma))
        self.ffn = zero_ffn(in_channels, ffn_ratio)

    def enrich(self, bag: Bag, relevance: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """The labels of each bag, enriched by its visual prompts, (N, K, D)."""
        prompt = visual_prompts(bag.instances, relevance)
        raw = bag.text + self.gamma * prompt
        enriched = F.normalize(raw + self.ffn(raw), dim=-1)
        between = cosines_between(prompt.detach())
        log = {
            'gamma': self.gamma.detach()[0],
            'tau': self.log_tau.detach().exp()[0],
            'prompt_cos': between.mean(),
        }
        return enriched, log


def visual_prompts(instances: Tensor, relevance: Tensor) -> Tensor:
    """(N, M, D), (N, M, K) -> the classes' unit prompts (N, K, D)."""
    return F.normalize(relevance.transpose(1, 2) @ instances, dim=-1)


def cosines_between(unit: Tensor) -> Tensor:
    """Cosines of all pairs of the K vectors: (N, K, D) -> (N, K * (K - 1))."""
    return off_diagonal(unit @ unit.transpose(1, 2))
