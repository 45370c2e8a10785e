"""Former-DFER's temporal transformer."""

from torch import Tensor, nn

from ...registry import MODELS
from ..bag import Bag
from .class_token_head import ClassTokenHead


@MODELS.register_module()
class TokenClassifierHead(ClassTokenHead):
    """A class token among the frames and a linear layer on it [from Former-DFER].

    The transformer of :class:`ClassTokenHead`, which descends from Former-DFER's, of
    three layers by default and without texts. The logits of a frame are what the same
    linear layer says of its own place after the transformer [choice].

    Args:
        num_classes: K.
        in_channels: D.
        num_frames: T. Shorter bags use the first positions.
        num_layers: Of the transformer.
        heads: Of each layer.
        head_channels: Width of a head.
        mlp_channels: Hidden width of the layers' networks.
        loss_cls: Cross entropy by default.
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int = 512,
        num_frames: int = 16,
        num_layers: int = 3,
        heads: int = 8,
        head_channels: int = 64,
        mlp_channels: int = 1024,
        loss_cls: dict | None = None,
    ) -> None:
        super().__init__(
            num_classes,
            in_channels,
            num_frames,
            num_layers,
            heads,
            head_channels,
            mlp_channels,
            loss_cls=loss_cls,
        )
        self.fc = nn.Linear(in_channels, num_classes)

    def judge(self, x: Tensor, bag: Bag) -> tuple[Tensor, Tensor]:
        """The logits of token and frames, (N, K) and (N, T, K)."""
        logits = self.fc(x)
        return logits[:, 0], logits[:, 1:]
