"""Factors that move attention between the frames of a clip [from MiRA].

Shares of attention are over the tokens of a clip, which has S tokens for each frame. No
gradient flows through the factors: training should not choose which frame counts
[choice].
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...registry import MODELS

_EVEN = 1e-4  # a smaller relative spread of the scores is rounding


def frame_shares(mass: Tensor, frames: int) -> tuple[Tensor, Tensor]:
    """The share of attention of each frame, and its sharpness inside the frame.

    Args:
        mass: Attention of each token of a clip, (N, T * S), frame by frame, not
            negative.
        frames: T.

    Returns:
        Shares (N, T), which sum to one, and the inverse of the entropy inside each
        frame, (N, T).
    """
    mass = mass.unflatten(1, (frames, -1))
    total = mass.sum(-1)
    inside = (mass / total[..., None].clamp(min=1e-12)).clamp(min=1e-12)
    entropy = -(inside * inside.log()).sum(-1)
    return total / total.sum(1, keepdim=True).clamp(min=1e-12), 1 / (entropy + 1e-6)


@MODELS.register_module()
class ExactReweighting(nn.Module):
    """Exact re-weighting: moves attention between frames after softmax [from MiRA].

    It has four steps. (1) The score of a frame is ``f = w H + (1 - w) c``, from its
    share c and its sharpness H. (2) The scores are scaled to 0 to 1 over the clip,
    raised to the power of beta, normalised, and mixed with even shares; the result is
    the wanted share pi of each frame. (3) The factors are ``pi / c``, limited to a
    range. (4) The attention is multiplied by the factors, gets a floor, is normalised,
    and is mixed with the original.

    If the scores f of all frames are equal up to rounding, the wanted shares are even;
    a clip whose factors are all one is not changed [choice]. Statistics are computed
    for each clip alone, which is the authors' mode ``instance``: in their other modes a
    clip's result depends on the other clips of the batch.

    Args:
        beta: Exponent of the scores; a higher one favours high scores more.
        even: Share of the even distribution in the wanted shares.
        sharpness: Weight w of H; c has the rest.
        factors: Range of the factors. (1, 1) changes nothing.
        floor: Share of even attention to all tokens.
        strength: Share of the moved attention in the result.

    Raises:
        ValueError: If the range does not contain one.
    """

    def __init__(
        self,
        beta: float = 1.5,
        even: float = 0.1,
        sharpness: float = 0.5,
        factors: Sequence[float] = (0.7, 1.4),
        floor: float = 1e-3,
        strength: float = 0.5,
    ) -> None:
        super().__init__()
        self.beta, self.even, self.sharpness = beta, even, sharpness
        self.range = _checked(factors)
        self.floor, self.strength = floor, strength

    def forward(self, query: Tensor, key: Tensor, value: Tensor, frames: int) -> Tensor:
        """The change of the mixed values of a clip.

        Args:
            query: (N, heads, Q, d).
            key: (N, heads, T * S, d), frame by frame.
            value: (N, heads, T * S, d).
            frames: T.

        Returns:
            (N, heads, Q, d).
        """
        scores = query @ key.transpose(-2, -1) / query.shape[-1] ** 0.5
        attention = scores.softmax(-1)
        moved = self.move(attention, frames)
        return (moved - attention) @ value

    def move(self, attention: Tensor, frames: int) -> Tensor:
        """(N, heads, Q, T * S) -> the same shape; rows sum to one."""
        factors = self.factors_of(attention.detach().mean((1, 2)), frames)
        spread = factors.repeat_interleave(attention.shape[-1] // frames, 1)
        moved = (1 - self.floor) * attention * spread[:, None, None].to(attention)
        moved = moved + self.floor / attention.shape[-1]
        moved = moved / moved.sum(-1, keepdim=True)
        moved = attention + self.strength * (moved - attention)
        still = (factors == 1).all(1)
        return torch.where(still[:, None, None, None], attention, moved)

    @torch.no_grad()
    def factors_of(self, mass: Tensor, frames: int) -> Tensor:
        """The factors (N, T) of the attention that each token gets, (N, T * S)."""
        share, sharp = frame_shares(mass.float(), frames)
        score = (1 - self.sharpness) * share + self.sharpness * sharp
        low, high = score.amin(1, keepdim=True), score.amax(1, keepdim=True)
        place = ((score - low) / (high - low + 1e-12) + 1e-6) ** self.beta
        place = place / place.sum(1, keepdim=True)
        place = torch.where(high - low > _EVEN * high, place, 1 / frames)
        wanted = (1 - self.even) * place + self.even / frames
        return (wanted / share.clamp(min=1e-5)).clamp(*self.range)


@MODELS.register_module()
class LightReweighting(nn.Module):
    """Light re-weighting by the energy of the keys [from MiRA: FlashLite].

    The share of a frame and its sharpness are computed from the squares of its keys,
    which are known before the attention. They are standardised over the clip and mixed;
    a softmax gives the wanted shares. The factors are these times T, limited to a
    range, and their logarithm is added to the scores. So one pass is enough, and the
    attention is never stored.

    Args:
        tau: Factor of the scores before the softmax; the authors take 0.22 for their
            largest network.
        even: See :class:`ExactReweighting`.
        sharpness: See :class:`ExactReweighting`.
        factors: See :class:`ExactReweighting`.

    Raises:
        ValueError: If the range does not contain one.
    """

    def __init__(
        self,
        tau: float = 0.17,
        even: float = 0.1,
        sharpness: float = 0.5,
        factors: Sequence[float] = (0.7, 1.4),
    ) -> None:
        super().__init__()
        self.tau, self.even, self.sharpness = tau, even, sharpness
        self.range = _checked(factors)

    def forward(self, query: Tensor, key: Tensor, value: Tensor, frames: int) -> Tensor:
        """As :meth:`ExactReweighting.forward`."""
        factors = self.factors_of(key.detach().float().square().mean((1, 3)), frames)
        bias = factors.log().repeat_interleave(key.shape[2] // frames, 1)
        bias = bias[:, None, None].to(query).expand(-1, 1, query.shape[2], -1)
        plain, moved = (
            F.scaled_dot_product_attention(query, key, value, attn_mask=each)
            for each in (torch.zeros_like(bias), bias)
        )
        return moved - plain

    @torch.no_grad()
    def factors_of(self, energy: Tensor, frames: int) -> Tensor:
        """The factors (N, T) of the energy of the keys, (N, T * S)."""
        share, sharp = frame_shares(energy, frames)
        score = (1 - self.sharpness) * share + self.sharpness * sharp
        spread = score.std(1, keepdim=True, unbiased=False)
        mean = score.mean(1, keepdim=True)
        place = (self.tau * (score - mean) / spread.clamp(min=1e-6)).softmax(1)
        wanted = (1 - self.even) * place + self.even / frames
        wanted = torch.where(spread > _EVEN * mean, wanted, 1 / frames)
        return (wanted * frames).clamp(*self.range)


def _checked(factors: Sequence[float]) -> tuple[float, float]:
    low, high = factors
    if not 0 < low <= 1 <= high:
        raise ValueError(
            f'factors={tuple(factors)}: give a range above zero that contains one'
        )
    return low, high
