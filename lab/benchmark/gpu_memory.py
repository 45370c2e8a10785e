"""Estimate of the GPU memory of a training, from sums on a CPU."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from mmengine.config import Config

from ..markdown import table_lines
from . import steps
from .tower import kept_for_backward

CARDS = (8, 12, 24)  # GiB; makers call them GB
SPARE = 0.2  # share of a GPU for CUDA itself and short-lived tensors [choice]
BATCH = 48  # clips of an optimizer step, which the learning rates are for
BATCHES = tuple(n for n in range(BATCH, 0, -1) if BATCH % n == 0)
# A test of as many clips as a training step has needs less memory than that step.
LOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')
_MIB, _GIB = 2**20, 2**30


class Sums(NamedTuple):
    """Memory of a training step, MiB.

    Attributes:
        state: Weights, gradients and the two averages of AdamW, all in fp32.
        fixed: Kept for the backward pass for a batch of any size.
        clip: Kept for the backward pass for each clip, with its pixels in fp32.
    """

    state: float
    fixed: float
    clip: float

    def total(self, clips: int) -> float:
        """The sum for a batch, GiB."""
        return (self.state + self.fixed + clips * self.clip) * _MIB / _GIB


def training_sums(cfg: Config, bf16: bool) -> Sums:
    """The sums of a config, from a forward pass of one clip and one of two.

    Args:
        cfg: The config of a ``TextGuidedRecognizer``.
        bf16: Whether it runs under bf16 autocast.
    """
    model = steps.build_model(cfg).train()
    kept = []
    for clips in (1, 2):
        batch = steps.make_batch(model, clips, cfg.num_frames, cfg.image_size)
        forward = partial(model, **batch, mode='loss')
        kept.append(kept_for_backward(steps.in_precision(forward, 'cpu', bf16), model))
    pixels = batch['inputs'][0].nbytes / _MIB
    weights = sum(p.nbytes for p in model.parameters())
    trained = sum(p.nbytes for p in model.parameters() if p.requires_grad)
    clip = kept[1] - kept[0]
    return Sums((weights + 3 * trained) / _MIB, kept[0] - clip, clip + pixels)


def largest_batch(sums: Sums, card: float) -> int | None:
    """The largest batch that fits a GPU of so many GiB, a divisor of 48; None: none."""
    fits = (n for n in BATCHES if sums.total(n) <= (1 - SPARE) * card)
    return next(fits, None)


def sums_lines(measured: Sequence[tuple[str, str, Sums]]) -> list[str]:
    """The table of the sums; each item is a config, its precision and its sums."""
    header = ('config', 'precision', 'weights and AdamW', 'fixed', 'each clip')
    rows = [
        (f'`{name}`', precision, *(f'{value:.0f} MiB' for value in sums))
        for name, precision, sums in measured
    ]
    return table_lines(header, rows)


def choice_lines(measured: Sequence[tuple[str, str, Sums]]) -> list[str]:
    """The table of the largest batch for each GPU, and the options that set it."""
    header = ('GPU', 'config', 'precision', 'batch', 'accumulation', 'estimate', 'add')
    rows = []
    for card in CARDS:
        for name, precision, sums in measured:
            clips = largest_batch(sums, card)
            if clips is None:
                continue
            times, size = BATCH // clips, f'{sums.total(clips):.1f} GiB'
            added = 'nothing'
            if times > 1:
                sizes = ' '.join(f'{loader}.batch_size={clips}' for loader in LOADERS)
                accumulation = f'optim_wrapper.accumulative_counts={times}'
                added = f'`--cfg-options {sizes} {accumulation}`'
            start = (f'{card} GiB', f'`{name}`', precision)
            rows.append((*start, str(clips), str(times), size, added))
    return table_lines(header, rows)
