"""Common questions to open_clip's image towers: width, picture size, stages.

open_clip has three kinds: its ViT, CLIP's ResNet, and a model of timm with a
projection.
"""

import re
from functools import singledispatch

from open_clip.modified_resnet import ModifiedResNet
from open_clip.timm_model import TimmModel
from open_clip.transformer import VisionTransformer
from torch import nn


def tower_name(tower: nn.Module) -> str:
    """The name of a tower in errors."""
    inner = tower.trunk if isinstance(tower, TimmModel) else tower
    return type(inner).__name__


def width_of(tower: nn.Module, embed_dim: int) -> int:
    """D, the width of a tower's features.

    Args:
        tower: The tower.
        embed_dim: The joint width in its model config.
    """
    if isinstance(tower, TimmModel) and not len(tower.head):
        # Without a projection of open_clip, timm's classifier is the projection, if
        # there is one.
        return tower.trunk.num_classes or tower.trunk.num_features
    return embed_dim


def size_of(tower: nn.Module) -> tuple[int, int] | None:
    """Height and width of the pictures; None if any size works, or it is not known."""
    if isinstance(tower, TimmModel):  # a network of convolutions takes any size
        fixed = hasattr(getattr(tower.trunk, 'patch_embed', None), 'img_size')
        return tuple(tower.image_size) if fixed else None
    if not isinstance(tower, VisionTransformer | ModifiedResNet):
        return None
    size = tower.image_size
    return (size, size) if isinstance(size, int) else tuple(size)


@singledispatch
def stages(tower: nn.Module) -> list[list]:
    """The parts of a tower from input to output: the stem, then blocks or stages.

    The layers after the last block (norm, pooling, projection) are in none of them.

    Raises:
        ValueError: If the stages of the tower are not known here.
    """
    raise ValueError(
        f'{tower_name(tower)} has stages that are not known here; frozen_stages must '
        "be -1 or 'all'"
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
    """The parts of a timm model, by its own groups of parameters."""
    try:
        known = tower.trunk.group_matcher(coarse=True)
        stem, blocks = known['stem'], known['blocks']
    except (AttributeError, KeyError, TypeError):
        return stages.dispatch(nn.Module)(tower)
    # A list has the pattern of the blocks, then the patterns of the layers after them.
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
    """Switches activation checkpointing on for the blocks of a tower.

    Raises:
        ValueError: If the tower has no activation checkpointing.
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
    # Not by open_clip's own method: on failure it only logs, and continues without.
    try:
        tower.trunk.set_grad_checkpointing()
    except (AssertionError, AttributeError, NotImplementedError):
        use_checkpoints.dispatch(nn.Module)(tower)
