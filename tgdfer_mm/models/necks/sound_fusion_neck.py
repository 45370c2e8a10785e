"""Instances to which the sound of their moment is added, before another neck."""

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from torch import Tensor, nn

from ...registry import MODELS
from ..bag import Bag, average_runs
from ..heard import Heard
from ..layers.scalar import scalar


@MODELS.register_module()
class SoundFusionNeck(BaseModule):
    """Adds what is heard to each instance, through a gate that starts shut [choice].

    ``x'_i = x_i + gate * L2norm(encoder(sound at i))``: two linear layers with GELU on
    the numbers of each frame, averaged over the frames of an instance. The addition has
    unit length, as the instances have, so that the gate says how much the sound counts
    next to the picture. Then another neck gets the instances.

    Published methods join picture and sound otherwise: MMA-DFER with two pretrained
    towers that prompt one another, HiCMAE with cross-attention in pretraining. Here
    nothing of the sound is pretrained.

    The gate starts at zero, so that the model starts as it is without this neck. A bag
    without sound passes through, and so does an instance at which nothing is known.

    Args:
        in_channels: D, the joint width.
        sound_channels: C, the numbers of a frame: 800 of ``AttachSound(of='log_mel')``,
            6 of ``of='voice'``.
        hidden: Width between the two layers.
        neck: Config of the other neck.

    Raises:
        ValueError: The sound has another width, or does not fit the instances.
    """

    def __init__(
        self,
        in_channels: int,
        sound_channels: int,
        hidden: int = 128,
        neck: dict | None = None,
    ) -> None:
        super().__init__()
        self.sound_channels = sound_channels
        self.encoder = nn.Sequential(
            nn.Linear(sound_channels, hidden), nn.GELU(), nn.Linear(hidden, in_channels)
        )
        self.gate = nn.Parameter(scalar(0.0))
        neck = neck or dict(type='RestingFaceNeck', in_channels=in_channels)
        self.neck = MODELS.build(neck)

    def forward(self, bag: Bag, data_samples: list | None = None) -> tuple[Bag, dict]:
        """What the other neck makes of the bag, and its log with the gate."""
        if bag.heard is None:
            return self.neck(bag, data_samples)
        bag = bag._replace(instances=self.fuse(bag.instances, bag.mask, bag.heard))
        bag, log = self.neck(bag, data_samples)
        if data_samples is not None:
            log = log | dict(gate_sound=self.gate.detach()[0])
        return bag, log

    def fuse(self, x: Tensor, mask: Tensor, heard: Heard) -> Tensor:
        """The instances with what is heard; padding stays as it is.

        Args:
            x: (N, M, D).
            mask: (N, M).
            heard: Of T frames, T a multiple of M.

        Returns:
            (N, M, D).
        """
        frames, width = heard.values.shape[1:]
        if width != self.sound_channels:
            raise ValueError(
                f'the sound has {width} numbers a frame, the neck '
                f'sound_channels={self.sound_channels}'
            )
        if frames % x.shape[1]:
            raise ValueError(
                f'the sound of {frames} frames does not fit {x.shape[1]} instances'
            )
        # What is not known may be anything, and must not reach a gradient.
        values = heard.values.to(x).masked_fill(~heard.mask[..., None], 0)
        code, known = average_runs(
            self.encoder(values), heard.mask, frames // x.shape[1]
        )
        fused = x + self.gate * F.normalize(code, dim=-1)
        return torch.where((mask & known)[..., None], fused, x)
