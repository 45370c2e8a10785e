"""Rows about the model: compared with its tower alone, and with each option."""

import copy
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from mmengine.config import Config
from torch import nn

from tgdfer_mm.models.vision_language.open_clip_models import build_clip

from . import steps
from .pairs import Results, compare


def tower_rows(
    results: Results,
    cfg: Config,
    clips: int,
    pairs: int,
    device: str,
    bf16: bool,
    which: Sequence[str] = ('training', 'inference'),
) -> None:
    """Times training and inference against those of the tower alone, on the same clips.

    The tower alone is ours, with its fast layers, and then open_clip's own.
    """
    model = steps.build_model(cfg, device)
    batch = steps.make_batch(model, clips, cfg.num_frames, cfg.image_size)
    about = steps.describe(model, cfg, clips, bf16)
    own = copy.deepcopy(model.backbone)
    plain = build_clip(cfg.model.backbone.arch).visual.to(device)
    plain.load_state_dict(own.tower.state_dict())
    targets = dict(training=1.06, inference=1.02)
    for name in which:
        for tower, whose in ((own, 'its bare tower'), (plain, "open_clip's tower")):
            if name == 'training':
                ours = steps.training_step(model, batch, cfg.optim_wrapper)
                bare = steps.tower_step(tower, batch, cfg.optim_wrapper)
            else:
                ours = steps.inference_step(model, batch)
                bare = steps.tower_inference(tower, batch)
            both = (steps.in_precision(step, device, bf16) for step in (ours, bare))
            figures = compare(*both, pairs, 2, (clips, clips))
            row = f'tower/{name}' + (' beside open_clip' if tower is plain else '')
            target = targets[name] if tower is own else None
            results.add(row, f'{name} ÷ {whose}', figures, target, 'clip', **about)


class Option(NamedTuple):
    """The change that a row about an option makes."""

    changes: dict = {}
    autocast: bool = False
    compiled: tuple[str, ...] = ()


OPTIONS = {
    'an optimizer not fused': Option({'optim_wrapper.optimizer.fused': False}),
    'half of the patches': Option({'model.backbone.patch_dropout': 0.5}),
    'activation checkpointing': Option({'model.backbone.with_cp': True}),
    'half of the tower frozen': Option({'model.backbone.frozen_stages': 6}),
    'the tower frozen': Option({'model.backbone.frozen_stages': 'all'}),
    'bf16 autocast': Option(autocast=True),
    'neck and temporal network compiled': Option(
        compiled=('neck', 'cls_head.temporal')
    ),
    'the tower compiled': Option(compiled=('backbone',)),
}


def option_rows(
    results: Results,
    cfg: Config,
    clips: int,
    pairs: int,
    device: str,
    which: Sequence[str] = tuple(OPTIONS),
) -> None:
    """Times a training step with each option against one without options."""
    plain, kept = _step_with(Option(), cfg, clips, device)
    for name in which:
        step, keeps = _step_with(OPTIONS[name], cfg, clips, device)
        figures = compare(step, plain, pairs, 3, (clips, clips))
        results.add(
            f'options/{name}',
            f'training with {name} ÷ without',
            figures,
            None,
            'clip',
            config=Path(cfg.filename).name,
            clips=clips,
            frames=cfg.num_frames,
            kept_for_backward=f'{keeps:.0f} MiB instead of {kept:.0f}',
        )


def _step_with(
    option: Option, cfg: Config, clips: int, device: str
) -> tuple[Callable[[], None], float]:
    """A training step, and the memory that it keeps for the backward pass, MiB."""
    changed = copy.deepcopy(cfg)
    changed.merge_from_dict(option.changes)
    model = steps.build_model(changed, device)
    batch = steps.make_batch(model, clips, cfg.num_frames, cfg.image_size)
    for name in option.compiled:
        model.get_submodule(name).compile()
    step = steps.training_step(model, batch, changed.optim_wrapper)
    step = steps.in_precision(step, device, option.autocast)
    step()  # compiles the model, if an option compiles it
    return step, kept_for_backward(step, model)


def kept_for_backward(step: Callable[[], None], model: nn.Module) -> float:
    """Memory that a call keeps for its backward pass, without the parameters, MiB."""
    own = {p.untyped_storage().data_ptr() for p in model.parameters()}
    kept: dict[int, int] = {}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        step()
    return sum(kept.values()) / 2**20
