"""Multiply-adds of a model, counted without computing it."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn
from torch._subclasses.fake_tensor import DataDependentOutputException, FakeTensorMode
from torch.fx.experimental.symbolic_shapes import GuardOnDataDependentSymNode, ShapeEnv
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode


def multiply_adds(model: nn.Module, num_frames: int, size: int) -> int:
    """Multiply-adds of one video, the texts of the classes already there.

    Args:
        model: In evaluation mode; is frozen.
        num_frames: T.
        size: Of the frames.
    """
    return sum(multiply_adds_apart(model, num_frames, size))


@torch.no_grad()
def multiply_adds_apart(
    model: nn.Module, num_frames: int, size: int
) -> tuple[int, int]:
    """Multiply-adds of one video, those of the tower apart from all that follows it.

    Nothing is computed, as far as a model allows: tensors without content pass through.

    Args:
        model: In evaluation mode; is frozen.
        num_frames: T.
        size: Of the frames.

    Returns:
        Those of the tower, and those of the rest. The texts of the classes are already
        there.
    """
    clips = model.data_preprocessor.format_shape == 'NCTHW'
    shape = (3, num_frames, size, size) if clips else (num_frames, 3, size, size)
    views = (1, 1) if clips else (1,)  # FormatShape's NCTHW has an axis of views
    model.requires_grad_(False)  # the counter follows gradients otherwise
    fake = FakeTensorMode(
        allow_non_fake_inputs=True,
        shape_env=ShapeEnv(),  # for masks, whose number of hits only values tell
    )
    text = getattr(model, 'text_encoder', None)
    with _plain_operators():
        if text is not None:  # its features are kept from then on
            try:
                with fake:
                    text()
            except (DataDependentOutputException, GuardOnDataDependentSymNode):
                text()  # one that looks at what it computes
        with fake, FlopCounterMode(display=False) as counter:
            model.extract_feat(torch.zeros(*views, *shape), stage='head')
    tower = sum(counter.get_flop_counts()[type(model.backbone).__name__].values()) // 2
    return tower, counter.get_total_flops() // 2 - tower


@contextmanager
def _plain_operators() -> Iterator[None]:
    """Without fused operators, some of which some versions of torch do not count."""
    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with sdpa_kernel(SDPBackend.MATH), torch.backends.mkldnn.flags(enabled=False):
            yield
    finally:
        torch.backends.mha.set_fastpath_enabled(before)
