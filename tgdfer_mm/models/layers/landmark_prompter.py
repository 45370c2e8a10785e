"""S2D's parts before each block of a ViT: landmark prompter and temporal adapter."""

import torch.nn.functional as F
from torch import Tensor, nn

from .scalar import scalar
from .zero_start import zero_linear


class LandmarkPrompter(nn.Module):
    """The landmark prompter, which makes each block's prompt [from S2D: MCP].

    Tokens and prompt are projected to a few channels. There each channel of the tokens
    is weighted by a softmax over the places, with a learned sharpness, and both are
    added. The projection back to D channels starts at zero [choice], so that the
    prompts start at zero.

    Args:
        dim: D.
        hidden: The few channels between the projections.
    """

    def __init__(self, dim: int, hidden: int = 8) -> None:
        super().__init__()
        self.image = nn.Linear(dim, hidden)
        self.prompt = nn.Linear(dim, hidden)
        self.out = zero_linear(hidden, dim)
        self.sharpness = nn.Parameter(scalar(10.0))

    def forward(self, tokens: Tensor, prompt: Tensor) -> Tensor:
        """Tokens and prompt (B, L, D), both normalised -> the next prompt (B, L, D)."""
        seen = self.image(tokens)
        focus = (seen * self.sharpness).softmax(1) * seen
        return self.out(focus + self.prompt(prompt))


class PlaceAdapter(nn.Module):
    """The temporal adapter: bottleneck attention over time and an MLP [from S2D].

    The form is that of the authors' code: there is no residual between the two, and the
    bottleneck has an activation before its attention. ``tma`` has the form of their
    description. The last projection starts at zero [choice], as they intend.

    Args:
        dim: D.
        ratio: Width of both bottlenecks, in units of D.
        heads: Attention heads; must divide the bottleneck.

    Raises:
        ValueError: If the heads do not divide the bottleneck.
    """

    def __init__(self, dim: int, ratio: float = 0.25, heads: int = 8) -> None:
        super().__init__()
        narrow = int(dim * ratio)
        if not narrow or narrow % heads:
            raise ValueError(
                f'heads={heads} does not divide the bottleneck of {narrow}'
            )
        self.heads = heads
        self.down = nn.Linear(dim, narrow)
        self.qkv = nn.Linear(narrow, 3 * narrow, bias=False)
        self.mix = nn.Linear(narrow, narrow)
        self.up = nn.Linear(narrow, dim)
        self.norm = nn.LayerNorm(dim)
        self.mlp_down = nn.Linear(dim, narrow)
        self.mlp_up = zero_linear(narrow, dim)

    def forward(self, x: Tensor) -> Tensor:
        """Places over time (N, T, D) -> the change of each, (N, T, D)."""
        n, t, _ = x.shape
        qkv = self.qkv(F.gelu(self.down(x))).view(n, t, 3, self.heads, -1)
        attended = F.scaled_dot_product_attention(*qkv.permute(2, 0, 3, 1, 4))
        x = self.norm(self.up(self.mix(attended.transpose(1, 2).flatten(2))))
        return self.mlp_up(F.gelu(self.mlp_down(x)))
