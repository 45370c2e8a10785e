"""Former-DFER's head: a temporal transformer and a linear classifier."""

from torch import Tensor, nn

from ...registry import MODELS
from ..bag import Bag
from .token_head import TokenHead


@MODELS.register_module()
class TokenClassifierHead(TokenHead):
    """A temporal transformer with a linear layer on its class token [from Former-DFER].

    DFER-CLIP's transformer descends from Former-DFER's, so that both are built by
    :class:`TokenHead`; here it has three layers by default, and uses no texts. The
    logits of a frame are those of the same linear layer at the frame's place after the
    transformer [choice].

    Args:
        num_classes: K.
        in_channels: D.
        num_layers: Layers of the transformer.
        **kwargs: As for :class:`TokenHead`.
    """

    def __init__(
        self, num_classes: int, in_channels: int = 512, num_layers: int = 3, **kwargs
    ) -> None:
        super().__init__(num_classes, in_channels, num_layers=num_layers, **kwargs)
        self.fc = nn.Linear(in_channels, num_classes)

    def judge(self, x: Tensor, bag: Bag) -> tuple[Tensor, Tensor]:
        """The logits of token and frames, (N, K) and (N, T, K)."""
        logits = self.fc(x)
        return logits[:, 0], logits[:, 1:]
