"""The shipped tower, with features for the patches of a picture."""

from copy import deepcopy

import numpy as np
import torch
from torch import Tensor, nn

from lab.pretraining.contrastive import normalise
from tgdfer_mm.models.vision_language.open_clip_models import load_clip

SHIPPED = ('tgdfer_mm://synth_vlm.json', 'tgdfer_mm://synth_vlm.safetensors')
SIZE = 64  # pixels
GRID = 4  # patches in a row
WIDTH = 128
_AT_ONCE = 256  # pictures


class TowerOfPlaces(nn.Module):
    """The shipped ResNet, frozen: the feature of a picture and those of its 4 x 4
    patches.

    ``OpenCLIPPatches`` needs a ViT, and the shipped tower is a ResNet. The feature of a
    patch is its value in the attention at the tower's end, through the projection [from
    MaskCLIP]. The last stage is read before it pools [choice].
    """

    def __init__(self) -> None:
        super().__init__()
        self.tower = load_clip(*SHIPPED)[0].visual
        [last] = deepcopy(self.tower.layer4)
        last.avgpool, last.downsample[0] = nn.Identity(), nn.Identity()
        self.last = last
        self.requires_grad_(False).eval()

    def forward(self, pictures: Tensor) -> Tensor:
        """(B, 64, 64, 3), uint8 -> (B, 1 + 16, D), the picture's feature first."""
        x = self.tower.stem(normalise(pictures))
        for stage in ('layer1', 'layer2', 'layer3'):
            x = getattr(self.tower, stage)(x)
        pool = self.tower.attnpool
        picture = pool(self.tower.layer4(x))
        where = pool.positional_embedding[1:].unflatten(0, (GRID // 2, -1))
        for axis in (0, 1):  # the codes of half as many places
            where = where.repeat_interleave(2, axis)
        places = self.last(x).flatten(2).transpose(1, 2) + where.flatten(0, 1)
        return torch.cat([picture[:, None], pool.c_proj(pool.v_proj(places))], dim=1)


@torch.no_grad()
def read_frames(tower: nn.Module, frames: np.ndarray) -> Tensor:
    """(N, T, 64, 64, 3), uint8 -> features (N, T, 1 + P, D), the frame's first."""
    flat = torch.from_numpy(frames).flatten(0, 1)
    read = torch.cat([tower(part) for part in flat.split(_AT_ONCE)])
    return read.unflatten(0, frames.shape[:2])
