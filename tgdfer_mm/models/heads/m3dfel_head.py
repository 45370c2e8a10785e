"""M3DFEL's head, which aggregates the instances of a bag."""

import torch.nn.functional as F
from torch import Tensor, nn

from ...registry import MODELS
from ..bag import Bag
from ..layers.dynamic_instance_norm import DynamicInstanceNorm
from .bag_head import BagHead, HeadOutput


@MODELS.register_module()
class M3DFELHead(BagHead):
    """M3DFEL's multiple-instance head: BiLSTM, attention and DMIN [from M3DFEL].

    ``X = BiLSTM(instances)``, gated by ``sigmoid(DMIN(attention(X)))``; a convolution
    whose channels are the M instances and whose length is the features reduces them to
    one vector, which a linear layer classifies. The attention has no residual and no
    output projection. The convolution fixes M. As in the original, an instance of
    padding alone counts like any other.

    All layers after the gate are linear, so that the bag logits are a sum of one part
    for each instance and a constant. The logits of an instance are M times its part
    plus the constant, so that their mean over the instances is the bag's [choice]. The
    attention of an instance is its average over heads and queries [choice].

    Args:
        num_classes: K.
        in_channels: Width of the instances.
        num_instances: M.
        hidden_channels: Width of the BiLSTM in each direction.
        num_layers: Layers of the BiLSTM.
        heads: Attention heads.
        loss_cls: Cross entropy with smoothing 0.1 by default [from M3DFEL].

    Raises:
        ValueError: If M is less than 2, so that there is nothing to normalise over, or
            the heads do not divide the width.
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int = 512,
        num_instances: int = 4,
        hidden_channels: int = 512,
        num_layers: int = 2,
        heads: int = 8,
        loss_cls: dict | None = None,
    ) -> None:
        super().__init__(
            num_classes, in_channels, loss_cls or dict(type='MILLoss', label_smooth=0.1)
        )
        width = 2 * hidden_channels
        if num_instances < 2:
            raise ValueError(
                f'num_instances={num_instances}: M3DFELHead needs 2 or more'
            )
        if width % heads:
            raise ValueError(f'heads={heads} does not divide the width {width}')
        self.num_instances = num_instances
        self.heads = heads
        self.lstm = nn.LSTM(
            in_channels,
            hidden_channels,
            num_layers,
            batch_first=True,
            bidirectional=True,
        )
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.norm = DynamicInstanceNorm(width)
        self.conv = nn.Conv1d(num_instances, 1, kernel_size=3, padding=1)
        self.fc = nn.Linear(width, num_classes)

    def forward(self, bag: Bag, **kwargs) -> HeadOutput:
        """The output for bags of instances (N, M, D).

        Raises:
            ValueError: If M is not ``num_instances``.
        """
        m = bag.instances.shape[1]
        if m != self.num_instances:
            raise ValueError(
                f'M3DFELHead was built for num_instances={self.num_instances}, but the '
                f'bags have {m}: set num_frames and clip_len of the backbone so that '
                'their quotient is the same number'
            )
        x, _ = self.lstm(bag.instances)
        mixed, attention = self._attend(x)
        x = x * self.norm(mixed).sigmoid()
        # Each instance through its own slice of the convolution: (N, M, width).
        kernels = self.conv.weight.transpose(0, 1)
        parts = F.conv1d(x, kernels, padding=1, groups=m)
        parts = parts @ self.fc.weight.t()
        constant = self.conv.bias * self.fc.weight.sum(1) + self.fc.bias
        instance = m * parts + constant
        return HeadOutput(instance.mean(1), instance, attention)

    def _attend(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(N, M, C) -> the attention's output (N, M, C), and its weights (N, M)."""
        n, m, c = x.shape
        q, k, v = self.qkv(x).view(n, m, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        shares = (q @ k.transpose(-1, -2) * (c // self.heads) ** -0.5).softmax(-1)
        return (shares @ v).transpose(1, 2).reshape(n, m, c), shares.mean((1, 2))
