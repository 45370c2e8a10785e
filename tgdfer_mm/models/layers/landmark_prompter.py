"""What S2D puts before each block of a ViT: landmarks as prompts, and time."""

import torch.nn.functional as F
from torch import Tensor, nn

from .scalar import scalar
from .zero_start import zero_linear


class LandmarkPrompter(nn.Module):
    """The next prompt of a picture, of its tokens and the last prompt [from S2D: MCP].

    Both go down to a few channels. There each channel of the picture is weighted by a
    softmax over the places, with a learned sharpness, and the two are added up. The way
    up starts at zero [choice], so that the prompts start as nothing.

    Args:
        dim: D.
        hidden: Channels below.
    """

    def __init__(self, dim: int, hidden: int = 8) -> None:
        super().__init__()
        self.image = nn.Linear(dim, hidden)
        self.prompt = nn.Linear(dim, hidden)
        self.out = zero_linear(hidden, dim)
        self.sharpness = nn.Parameter(scalar(10.0))

    def forward(self, tokens: Tensor, prompt: Tensor) -> Tensor:
        """Two of shape (B, L, D), both normalised -> the prompt (B, L, D)."""
        seen = self.image(tokens)
        focus = (seen * self.sharpness).softmax(1) * seen
        return self.out(focus + self.prompt(prompt))


class PlaceAdapter(nn.Module):
    """Attention over time in a bottleneck, and a network on what it gives [from S2D].

    The form is that of the authors' code: no residual is between the two, and the
    bottleneck has an activation before its attention. ``tma`` is the form of their
    description. The last way up starts at zero [choice], as they intend.

    Args:
        dim: D.
        ratio: Width of both bottlenecks, in units of D.
        heads: Attention heads; must divide the bottleneck.

    Raises:
        ValueError: If they do not.
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
        """Places over time (N, T, D) -> what is added to them, (N, T, D)."""
        n, t, _ = x.shape
        qkv = self.qkv(F.gelu(self.down(x))).view(n, t, 3, self.heads, -1)
        attended = F.scaled_dot_product_attention(*qkv.permute(2, 0, 3, 1, 4))
        x = self.norm(self.up(self.mix(attended.transpose(1, 2).flatten(2))))
        return self.mlp_up(F.gelu(self.mlp_down(x)))
