"""IAL's head: two streams over the frames, a transformer, and gate classifiers."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...registry import MODELS
from ..bag import Bag
from ..layers.attention import PreNormLayer
from ..layers.dynamic_static import DynamicStaticFusion
from ..pooling.mil import mil_pool
from .bag_head import BagHead, HeadOutput


@MODELS.register_module()
class IALHead(BagHead):
    """IAL's head on the maps and gate numbers of ``IALResNet`` [from IAL].

    A :class:`DynamicStaticFusion` makes T - 1 steps of T frames. A transformer runs
    over the steps, and a linear layer classifies their mean. The numbers of each gate,
    averaged over the frames, have a small classifier of their own, whose loss is added
    in training. A classifier whose weight is zero is kept, as in the authors' code, but
    it is frozen [choice].

    A step is valid if its second frame is; in a clip with one valid frame the first
    step is valid, in which nothing changes [choice]. A frame has the logits of the step
    that begins with it; later frames have those of the last step [choice].

    Args:
        num_classes: K.
        map_size: S, the height and width of the maps.
        channels: C of the maps.
        gates: Number of channels of each gate.
        gate_weights: Weight of the loss on each gate.
        num_frames: T, the largest number of frames of a video.
        num_layers: Layers of the transformer over time.
        heads: Attention heads of each layer.
        head_channels: Width of a head.
        mlp_channels: Hidden width of the layers' networks.
        fusion: Arguments of :class:`DynamicStaticFusion`, apart from C and S.
        loss_cls: Cross entropy by default.
        loss_gate: The loss of the gate classifiers; cross entropy by default.

    Raises:
        ValueError: If there are fewer than two frames, or the gates and their weights
            differ in number.
    """

    def __init__(
        self,
        num_classes: int,
        map_size: int = 7,
        channels: int = 256,
        gates: tuple[int, ...] = (128, 256),
        gate_weights: tuple[float, ...] = (0.05, 0.0),
        num_frames: int = 16,
        num_layers: int = 2,
        heads: int = 4,
        head_channels: int = 32,
        mlp_channels: int = 512,
        fusion: dict | None = None,
        loss_cls: dict | None = None,
        loss_gate: dict | None = None,
    ) -> None:
        widths = [channels * map_size**2, *gates]
        super().__init__(num_classes, sum(widths), loss_cls)
        if num_frames < 2:
            raise ValueError(
                f'num_frames={num_frames}: IALHead compares frames, so give 2 or more'
            )
        if len(gates) != len(gate_weights):
            raise ValueError(
                f'gate_weights={gate_weights} must have one number for each of '
                f'gates={gates}'
            )
        self.widths = widths
        self.map_shape = (channels, map_size, map_size)
        self.fusion = DynamicStaticFusion(channels, map_size, **(fusion or {}))
        width = self.fusion.out_channels
        self.position = nn.Parameter(torch.randn(num_frames, width))
        self.layers = nn.ModuleList(
            PreNormLayer(width, heads, head_channels, mlp_channels)
            for _ in range(num_layers)
        )
        self.fc = nn.Linear(width, num_classes)
        self.gate_weights = gate_weights
        self.gate_fcs = nn.ModuleList(
            nn.Sequential(
                nn.Linear(gate, 2 * gate, bias=False),
                nn.Linear(2 * gate, num_classes, bias=False),
            ).requires_grad_(weight > 0)
            for gate, weight in zip(gates, gate_weights, strict=True)
        )
        self.loss_gate = MODELS.build(loss_gate or dict(type='MILLoss'))

    def forward(self, bag: Bag, **kwargs) -> HeadOutput:
        """The output for bags of frames (N, T, C S^2 + gates).

        Its ``extra`` has the logits of the gate classifiers, ``gate_0``, ... (N, K).

        Raises:
            ValueError: If there are more than T frames, or only one.
        """
        n, t, _ = bag.instances.shape
        if not 1 < t <= len(self.position):
            raise ValueError(
                f'IALHead was built for num_frames={len(self.position)}, but the bags '
                f'have {t} frames: give SampleSegments the same num_frames'
            )
        maps, *numbers = bag.instances.split(self.widths, dim=-1)
        last = (bag.mask.sum(1, keepdim=True) - 2).clamp(min=0)
        place = torch.arange(t, device=bag.mask.device)
        mask = place[: t - 1] <= last
        x = self.fusion(maps.unflatten(-1, self.map_shape)) + self.position[: t - 1]
        for layer in self.layers:
            x, _ = layer(x, mask)
        shown = place.minimum(last)[..., None].expand(-1, -1, self.num_classes)
        share = F.pad(mask / mask.sum(1, keepdim=True), (0, 1))
        return HeadOutput(
            self.fc(mil_pool(x, mask, 'mean')),
            self.fc(x).gather(1, shown),
            share,
            {
                f'gate_{i}': fc(mil_pool(number, bag.mask, 'mean'))
                for i, (fc, number) in enumerate(
                    zip(self.gate_fcs, numbers, strict=True)
                )
            },
        )

    def loss_of(self, output: HeadOutput, label: Tensor, bag: Bag) -> dict[str, Tensor]:
        """The losses of a bag given the labels, and the accuracy."""
        losses = super().loss_of(output, label, bag)
        for i, weight in enumerate(self.gate_weights):
            if weight:
                said = output.extra[f'gate_{i}']
                losses[f'loss_gate_{i}'] = weight * self.loss_gate(said, label)
        return losses
