"""Dilated contexts of several lengths, mixed for each instance by their relations."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...registry import TEMPORAL
from ..layers.zero_start import zero_linear
from .temporal_network import TemporalNetwork


@TEMPORAL.register_module(name='dcin')
class DilatedContextTemporal(TemporalNetwork):
    """A temporal network for long videos: dilated contexts and relations [from DCIN].

    Coarse stream: dilated convolutions see contexts of several lengths around each
    instance. Fine stream: the contexts of one instance attend to each other, and their
    relations give the share of each context. [from DCIN, of which no formula and no
    code is public: the two streams are its authors', all forms below a choice]

    With ``G`` dilations, for each instance ``i``:

    * contexts ``c_g = GELU(conv_g(W x))_i`` (G, d), by depthwise convolutions,
    * relations ``R = Q c (K c)^T / sqrt(d)`` (G, G), refined contexts
      ``r = c + softmax(R) V c``,
    * shares ``s = softmax(A vec(R))`` (G,), result ``W_out sum_g s_g r_g``.

    ``W_out`` starts at zero, so that the model starts as the one without this network.

    Args:
        dim: D.
        dilations: One convolution of width 3 each, in instances.
        ratio: Width d of a context, divided by D.
        max_instances: See :class:`TemporalNetwork`; longer bags interpolate the codes.

    Raises:
        ValueError: If there is no dilation, a dilation is not positive, or the width is
            0.
    """

    def __init__(
        self,
        dim: int,
        dilations: tuple[int, ...] = (1, 2, 4, 8),
        ratio: float = 0.25,
        max_instances: int = 16,
    ) -> None:
        super().__init__(dim, max_instances)
        width, count = int(dim * ratio), len(dilations)
        if not count or min(dilations) < 1 or not width:
            raise ValueError(
                'dcin needs dilations of 1 or more, and a ratio that gives a width of '
                f'1 or more: dilations={dilations}, ratio={ratio} of {dim} channels'
            )
        self.norm = nn.LayerNorm(dim)
        self.down = nn.Linear(dim, width)
        self.convs = nn.ModuleList(
            nn.Conv1d(width, width, 3, padding=d, dilation=d, groups=width)
            for d in dilations
        )
        self.query_key_value = nn.Linear(width, 3 * width)
        self.shares = nn.Linear(count * count, count)
        self.out = zero_linear(width, dim)

    def branches(self, x: Tensor, mask: Tensor) -> Tensor:
        # Padding must not leak through the kernels.
        lowered = (self.down(self.norm(x)) * mask[..., None]).transpose(1, 2)
        contexts = torch.stack(
            [F.gelu(conv(lowered)).transpose(1, 2) for conv in self.convs], dim=2
        )
        q, k, v = self.query_key_value(contexts).chunk(3, dim=-1)
        relations = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5  # (N, M, G, G)
        refined = contexts + relations.softmax(-1) @ v
        shares = self.shares(relations.flatten(-2)).softmax(-1)
        return self.out((shares[..., None] * refined).sum(2))
