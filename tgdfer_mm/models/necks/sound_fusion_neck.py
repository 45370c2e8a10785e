"""Fusion of instances with the sound at their time, before another neck."""

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
    """A neck that fuses the sound of the clip into its instances [choice].

    ``x'_i = x_i + gate * L2norm(encoder(sound at i))``: two linear layers with GELU on
    the numbers of each frame, averaged over the frames of an instance. The addition has
    unit length, as the instances have, so that the gate is the weight of the sound
    relative to the picture. Then another neck gets the instances.

    Published methods fuse picture and sound in other ways: MMA-DFER with two pretrained
    towers that prompt each other, HiCMAE with cross-attention in pretraining. Here no
    part for the sound is pretrained.

    The gate starts at zero, so that the model starts as the one without this neck. A
    bag without sound is not changed, nor is an instance whose sound is not known.

    Args:
        in_channels: D, the joint width.
        sound_channels: C, the numbers for each frame: 800 with
            ``AttachSound(of='log_mel')``, 6 with ``of='voice'``.
        hidden: Width between the two layers.
        neck: Config of the other neck.

    Raises:
        ValueError: If the sound has another width, or does not fit the instances.
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
        """The output of the other neck, and its values to log with the gate."""
        if bag.heard is None:
            return self.neck(bag, data_samples)
        bag = bag._replace(instances=self.fuse(bag.instances, bag.mask, bag.heard))
        bag, log = self.neck(bag, data_samples)
        if data_samples is not None:
            log = log | dict(gate_sound=self.gate.detach()[0])
        return bag, log

    def fuse(self, x: Tensor, mask: Tensor, heard: Heard) -> Tensor:
        """The instances with the sound added; padding is not changed.

        Args:
            x: (N, M, D).
            mask: (N, M).
            heard: Sound of T frames; T is a multiple of M.

        Returns:
            (N, M, D).
        """
        frames, width = heard.values.shape[1:]
        if width != self.sound_channels:
            raise ValueError(
                f'the sound has {width} numbers for each frame, but the neck has '
                f'sound_channels={self.sound_channels}'
            )
        if frames % x.shape[1]:
            raise ValueError(
                f'the sound of {frames} frames does not fit {x.shape[1]} instances: '
                'give a multiple of that'
            )
        # Unknown values may be anything, and must not reach a gradient.
        values = heard.values.to(x).masked_fill(~heard.mask[..., None], 0)
        code, known = average_runs(
            self.encoder(values), heard.mask, frames // x.shape[1]
        )
        fused = x + self.gate * F.normalize(code, dim=-1)
        return torch.where((mask & known)[..., None], fused, x)
