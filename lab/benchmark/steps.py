"""Models of a config with random weights, and steps on random clips."""

import copy
from collections.abc import Callable
from functools import partial

import torch
from mmaction.structures import ActionDataSample
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from tgdfer_mm.registry import MODELS

PRECISIONS = {False: 'fp32', True: 'bf16 autocast'}


def build_model(cfg: Config, device: str = 'cpu') -> nn.Module:
    """The model of a config with random weights; weights do not change the cost.

    Raises:
        SystemExit: The model is no ``TextGuidedRecognizer``.
    """
    init_default_scope('mmaction')
    torch.manual_seed(0)
    if cfg.model.type != 'TextGuidedRecognizer':
        raise SystemExit(f'{cfg.filename}: only TextGuidedRecognizer is measured')
    model_cfg = copy.deepcopy(cfg.model)
    for part in ('backbone', 'text_encoder'):
        model_cfg[part].pretrained = None
    return MODELS.build(model_cfg).to(device)


def make_batch(model: nn.Module, clips: int, frames: int, size: int) -> dict:
    """Random clips (frames, 3, size, size), preprocessed once for all steps."""
    classes = model.cls_head.num_classes
    shape = (frames, 3, size, size)
    batch = dict(
        inputs=[torch.randint(256, shape, dtype=torch.uint8) for _ in range(clips)],
        data_samples=[
            ActionDataSample(metainfo={'clip': str(i)}).set_gt_label(i % classes)
            for i in range(clips)
        ],
    )
    return model.data_preprocessor(batch, training=True)


def trainer_of(model: nn.Module, optim: dict) -> Callable[[dict], None]:
    """A training step of the whole model on a batch: forward, backward, optimizer."""
    model.train()
    optimizer = build_optim_wrapper(model, copy.deepcopy(optim)).optimizer

    def step(batch: dict) -> None:
        model.train()
        losses = model(**batch, mode='loss')
        sum(value for name, value in losses.items() if 'loss' in name).backward()
        optimizer.step()
        optimizer.zero_grad()

    return step


def training_step(model: nn.Module, batch: dict, optim: dict) -> Callable[[], None]:
    """The step of :func:`trainer_of`, always on the same batch."""
    return partial(trainer_of(model, optim), batch)


def tower_step(tower: nn.Module, batch: dict, optim: dict) -> Callable[[], None]:
    """A training step of the tower alone: forward, backward, the same optimizer."""
    tower.train()
    optim = copy.deepcopy(optim)
    optim.pop('paramwise_cfg', None)  # its keys name parts of the whole model
    optimizer = build_optim_wrapper(tower, optim).optimizer
    images = batch['inputs'].flatten(0, 1)

    def step() -> None:
        tower.train()
        tower(images).float().square().mean().backward()
        optimizer.step()
        optimizer.zero_grad()

    return step


def in_precision(step: Callable, device: str, bf16: bool) -> Callable:
    """A step under autocast, which each call enters again.

    Autocast keeps its bf16 copies of the weights until it ends. If one autocast
    contained many steps, only the first step would cast the weights, and the others
    would use old copies.
    """

    def run(*args) -> None:
        with torch.autocast(torch.device(device).type, torch.bfloat16, enabled=bf16):
            step(*args)

    return run


def inference_step(model: nn.Module, batch: dict) -> Callable[[], None]:
    """A prediction by the whole model."""

    @torch.no_grad()
    def step() -> None:
        if model.training:  # once: it deletes cached texts
            model.eval()
        model(**batch, mode='predict')

    return step


def tower_inference(tower: nn.Module, batch: dict) -> Callable[[], None]:
    """The forward pass of the tower alone."""
    images = batch['inputs'].flatten(0, 1)

    @torch.no_grad()
    def step() -> None:
        if tower.training:
            tower.eval()
        tower(images)

    return step


def count_flops(step: Callable[[], None]) -> float:
    """Floating-point operations of one call, by torch's counter."""
    counter = FlopCounterMode(display=False)
    counter.mod_tracker = _NoModules()
    with counter:
        step()
    return float(counter.get_total_flops())


class _NoModules:
    """Replaces the counter's tracker of modules, which fails on frozen parts."""

    parents = ('Global',)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error) -> None:
        pass


def describe(model: nn.Module, cfg: Config, clips: int, bf16: bool) -> dict:
    """Settings that the cost of a model's step depends on."""
    text = model.text_encoder
    return dict(
        config=cfg.filename.rsplit('/', 1)[-1],
        clips=clips,
        frames=cfg.num_frames,
        image_size=cfg.image_size,
        classes=len(text.classes),
        prompt_tokens=text._length(text._encoded),
        context_vectors=text.num_context,
        precision=PRECISIONS[bf16],
    )
