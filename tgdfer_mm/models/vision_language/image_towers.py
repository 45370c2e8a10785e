"""What the kinds of open_clip's image towers have in common, each in its own way.

open_clip has three: its ViT, CLIP's ResNet, and a model of timm with a projection.
"""

import re
from functools import singledispatch

from open_clip.modified_resnet import ModifiedResNet
from open_clip.timm_model import TimmModel
from open_clip.transformer import VisionTransformer
from torch import nn


def tower_name(tower: nn.Module) -> str:
    """What a tower is called in errors."""
    inner = tower.trunk if isinstance(tower, TimmModel) else tower
    return type(inner).__name__


def width_of(tower: nn.Module, embed_dim: int) -> int:
    """D, the width of a tower's features.

    Args:
        tower: The tower.
        embed_dim: The joint width that its model config states.
    """
    if isinstance(tower, TimmModel) and not len(tower.head):
        # Without a projection of open_clip's, timm's classifier is it, if there is one.
        return tower.trunk.num_classes or tower.trunk.num_features
    return embed_dim


def size_of(tower: nn.Module) -> tuple[int, int] | None:
    """Height and width of the pictures; None if the tower takes any, or is unknown."""
    if isinstance(tower, TimmModel):  # convolutions alone take any size
        fixed = hasattr(getattr(tower.trunk, 'patch_embed', None), 'img_size')
        return tuple(tower.image_size) if fixed else None
    if not isinstance(tower, VisionTransformer | ModifiedResNet):
        return None
    size = tower.image_size
    return (size, size) if isinstance(size, int) else tuple(size)


@singledispatch
def stages(tower: nn.Module) -> list[list]:
    """The parts of a tower from input to output: stem, then blocks or stages.

    What comes after the last block (norm, pooling, projection) is in none.

    Raises:
        ValueError: There are no stages known here.
    """
    raise ValueError(
        f'{tower_name(tower)} has no stages known here; frozen_stages must be -1 or '
        "'all'"
    )


@stages.register
def _(tower: VisionTransformer) -> list[list]:
    stem = [
        tower.conv1,
        tower.class_embedding,
        tower.positional_embedding,
        tower.ln_pre,
    ]
    return [stem] + [[block] for block in tower.transformer.resblocks]


@stages.register
def _(tower: ModifiedResNet) -> list[list]:
    stem = [getattr(tower, f'{kind}{i}') for i in (1, 2, 3) for kind in ('conv', 'bn')]
    return [stem] + [[getattr(tower, f'layer{i}')] for i in (1, 2, 3, 4)]


@stages.register
def _(tower: TimmModel) -> list[list]:
    """timm's models say themselves which of their parameters are in which block."""
    try:
        known = tower.trunk.group_matcher(coarse=True)
        stem, blocks = known['stem'], known['blocks']
    except (AttributeError, KeyError, TypeError):
        return stages.dispatch(nn.Module)(tower)
    # A list has the pattern of the blocks, then those of what comes after them.
    blocks = blocks if isinstance(blocks, str) else blocks[0][0]
    found: dict[int, list] = {-1: []}
    for name, parameter in tower.trunk.named_parameters():
        if re.match(stem, name):
            found[-1].append(parameter)
        elif block := re.match(blocks, name):
            found.setdefault(int(block[1]), []).append(parameter)
    return [found[i] for i in sorted(found)]


@singledispatch
def use_checkpoints(tower: nn.Module) -> None:
    """Makes blocks keep nothing for the backward pass, and compute twice.

    Raises:
        ValueError: The tower cannot.
    """
    raise ValueError(
        f'with_cp=True: {tower_name(tower)} has no activation checkpointing. Leave '
        'with_cp out.'
    )


@use_checkpoints.register
def _(tower: VisionTransformer) -> None:
    tower.set_grad_checkpointing()


@use_checkpoints.register
def _(tower: TimmModel) -> None:
    # Not by open_clip's own method: it logs what fails, and goes on without.
    try:
        tower.trunk.set_grad_checkpointing()
    except (AssertionError, AttributeError, NotImplementedError):
        use_checkpoints.dispatch(nn.Module)(tower)
