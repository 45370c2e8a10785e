"""DFER-CLIP's temporal transformer with a class token."""

import torch.nn.functional as F
from torch import Tensor

from ...registry import MODELS
from ..bag import Bag
from .token_head import TokenHead


@MODELS.register_module()
class ClassTokenHead(TokenHead):
    """A temporal transformer with a class token and text classes [from DFER-CLIP].

    After the transformer of :class:`TokenHead`, the class token is the video's feature:
    the logits are its cosines with the texts of the classes, divided by a fixed
    temperature. The logits of a frame are the cosines of the texts with the frame's
    feature before the transformer [choice].

    Args:
        num_classes: K.
        in_channels: D, the joint width.
        temperature: Divisor of the cosines.
        **kwargs: As for :class:`TokenHead`.
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int = 512,
        temperature: float = 0.01,
        **kwargs,
    ) -> None:
        super().__init__(num_classes, in_channels, **kwargs)
        self.temperature = temperature

    def judge(self, x: Tensor, bag: Bag) -> tuple[Tensor, Tensor]:
        """Logits of token and frames, (N, K) and (N, T, K), given texts (K, D)."""
        texts = bag.text.t() / self.temperature
        video = F.normalize(x[:, 0], dim=-1) @ texts
        return video, F.normalize(bag.instances, dim=-1) @ texts
