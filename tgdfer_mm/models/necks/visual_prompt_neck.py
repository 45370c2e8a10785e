"""Relevance of the instances, visual prompts, and labels enriched by them."""

import math

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from open_clip.transformer import QuickGELU
from torch import Tensor, nn

from ...registry import MODELS
from ..bags import Bag, masked_softmax


@MODELS.register_module()
class VisualPromptNeck(BaseModule):
    """Ties the labels to the instances [paper; form from VadCLIP].

    For instance x_i and class text e_c:

    * relevance ``alpha = softmax_i(cos(x_i, e_c) / tau)`` over the valid instances
      [paper: frame-level relevance; form a choice],
    * visual prompt ``v_c = L2norm(sum_i alpha_ic x_i)``,
    * enriched label ``u = e_c + gamma v_c``, ``e'_c = L2norm(u + FFN(u))``.

    gamma and the FFN's last layer start at zero, so that at the start e' = e and the
    model is zero-shot CLIP [choice]. tau starts low because the prompts of all
    classes are nearly one vector otherwise. While training, gamma, tau and the mean
    cosine between the prompts of two classes are logged: prompts that all agree, or a
    gamma that stays at zero, do nothing.

    Args:
        in_channels: D, the joint width.
        temperature: Where tau starts (learnable).
        gamma: Where gamma starts (learnable).
        ffn_ratio: Hidden width of the FFN, in units of D.
    """

    def __init__(
        self,
        in_channels: int,
        temperature: float = 0.01,
        gamma: float = 0.0,
        ffn_ratio: int = 4,
    ) -> None:
        super().__init__()
        self.log_tau = nn.Parameter(torch.tensor(math.log(temperature)))
        self.gamma = nn.Parameter(torch.tensor(float(gamma)))
        self.ffn = nn.Sequential(
            nn.Linear(in_channels, ffn_ratio * in_channels),
            QuickGELU(),
            nn.Linear(ffn_ratio * in_channels, in_channels),
        )
        nn.init.zeros_(self.ffn[-1].weight)
        nn.init.zeros_(self.ffn[-1].bias)

    def forward(self, bag: Bag, data_samples: list | None = None) -> tuple[Bag, dict]:
        """Fills in the bag's relevance (N, M, K) and enriched labels (N, K, D).

        Returns:
            The bag, and values to log (empty without ``data_samples``).
        """
        x, mask, text = bag.instances, bag.mask, bag.text
        cosine = F.normalize(x, dim=-1) @ text.t()
        relevance = masked_softmax(cosine / self.log_tau.exp(), mask[..., None], dim=1)
        prompt = F.normalize(relevance.transpose(1, 2) @ x, dim=-1)
        raw = text + self.gamma * prompt
        enriched = F.normalize(raw + self.ffn(raw), dim=-1)
        log = {} if data_samples is None else self._log(prompt.detach())
        return bag._replace(enriched=enriched, relevance=relevance), log

    def _log(self, prompt: Tensor) -> dict[str, Tensor]:
        return {
            'gamma': self.gamma.detach(),
            'tau': self.log_tau.detach().exp(),
            'prompt_cos': off_diagonal(prompt @ prompt.transpose(1, 2)).mean(),
        }


def off_diagonal(square: Tensor) -> Tensor:
    """The entries (..., K, K) off the diagonal, flattened to (..., K * (K - 1))."""
    k = square.shape[-1]
    keep = ~torch.eye(k, dtype=torch.bool, device=square.device)
    return square[..., keep]
