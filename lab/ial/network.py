"""Small IAL, built from its registered parts, on the maps of a frozen tower."""

import torch
from mmaction.models.backbones.resnet import make_res_layer
from mmengine.registry import init_default_scope
from torch import Tensor, nn

from tgdfer_mm.models.backbones.gated_resnet import GatedBlock, GlobalConvAttention
from tgdfer_mm.models.bag import Bag
from tgdfer_mm.models.heads import IALHead

_PARTS = dict(
    norm_cfg=dict(type='BN2d', requires_grad=True),
    act_cfg=dict(type='ReLU', inplace=True),
)


class SmallIAL(nn.Module):
    """Two blocks with gates before ``IALHead``; their widths are half of C, and C.

    The hidden width of a gate is a quarter of its input. A sixteenth, as in IAL, would
    be so few units that all of them may be dead.

    Args:
        num_classes: Number K of classes.
        num_frames: Number T of frames.
        maps: Channels, height and width of the input maps.
        channels: Width C.
        gated: True if the blocks have gates.
        gate_weight: Weight of the loss of the classifier on the first gate.
        intensity_weight: Weight of the term on the strongest rival class.
    """

    def __init__(
        self,
        num_classes: int,
        num_frames: int,
        maps: tuple[int, int, int],
        channels: int,
        gated: bool,
        gate_weight: float,
        intensity_weight: float,
    ) -> None:
        super().__init__()
        init_default_scope('mmaction')
        widths = [maps[0], channels // 2, channels]
        self.blocks = nn.ModuleList(
            make_res_layer(GatedBlock, own, after, 1, **_PARTS)[0]
            for own, after in zip(widths[:2], widths[1:], strict=True)
        )
        if gated:
            for block, own in zip(self.blocks, widths[1:], strict=True):
                block.gate = GlobalConvAttention(
                    own, maps[1], num_frames, reduction=4, bias=False
                )
        self.head = IALHead(
            num_classes,
            map_size=maps[1],
            channels=channels,
            gates=tuple(widths[1:]) if gated else (),
            gate_weights=(gate_weight, 0.0) if gated else (),
            num_frames=num_frames,
            num_layers=1,
            mlp_channels=channels,
            fusion=dict(blocks=1, num_layers=1, mlp_channels=channels),
            loss_cls=dict(type='IntensityAwareLoss', intensity_weight=intensity_weight),
        )

    def read(self, maps: Tensor) -> tuple[Bag, Tensor]:
        """The head's bag of clips (N, T, *maps), and the last gate's weights (N, T, C).

        Without gates, the weights are ones.
        """
        n, t = maps.shape[:2]
        x = maps.flatten(0, 1)
        numbers, weights = [], torch.ones(n * t, self.head.map_shape[0])
        for block in self.blocks:
            added = block.branch(x)
            if isinstance(block.gate, GlobalConvAttention):
                numbers.append(block.gate.numbers(added))
                weights = block.gate.weigh(numbers[-1])
                added = added * weights[..., None, None]
            x = block.add(x, added)
        instances = torch.cat([x.flatten(1), *numbers], dim=1).unflatten(0, (n, t))
        mask = torch.ones(n, t, dtype=torch.bool)
        return Bag(instances, mask, None), weights.unflatten(0, (n, t))
