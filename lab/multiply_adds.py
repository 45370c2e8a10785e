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
    """Multiply-adds of one video, without the texts of the classes.

    Args:
        model: Model in evaluation mode; this freezes it.
        num_frames: Number T of frames.
        size: Width and height of the frames, pixels.
    """
    return sum(multiply_adds_apart(model, num_frames, size))


@torch.no_grad()
def multiply_adds_apart(
    model: nn.Module, num_frames: int, size: int
) -> tuple[int, int]:
    """Multiply-adds of one video, separately for the tower and for the rest.

    Where the model allows it, tensors without content are used, so nothing is computed.

    Args:
        model: Model in evaluation mode; this freezes it.
        num_frames: Number T of frames.
        size: Width and height of the frames, pixels.

    Returns:
        Multiply-adds of the tower, and those of the rest without the texts of the
        classes.
    """
    clips = model.data_preprocessor.format_shape == 'NCTHW'
    shape = (3, num_frames, size, size) if clips else (num_frames, 3, size, size)
    views = (1, 1) if clips else (1,)  # FormatShape's NCTHW has an axis of views
    model.requires_grad_(False)  # otherwise the counter follows gradients
    fake = FakeTensorMode(
        allow_non_fake_inputs=True,
        shape_env=ShapeEnv(),  # for masks: the number of hits depends on values
    )
    text = getattr(model, 'text_encoder', None)
    with _plain_operators():
        if text is not None:  # its features are cached from now on
            try:
                with fake:
                    text()
            except (DataDependentOutputException, GuardOnDataDependentSymNode):
                text()  # a model that reads values that it computed
        with fake, FlopCounterMode(display=False) as counter:
            model.extract_feat(torch.zeros(*views, *shape), stage='head')
    tower = sum(counter.get_flop_counts()[type(model.backbone).__name__].values()) // 2
    return tower, counter.get_total_flops() // 2 - tower


@contextmanager
def _plain_operators() -> Iterator[None]:
    """Turns off fused operators, which some versions of torch do not count."""
    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with sdpa_kernel(SDPBackend.MATH), torch.backends.mkldnn.flags(enabled=False):
            yield
    finally:
        torch.backends.mha.set_fastpath_enabled(before)
