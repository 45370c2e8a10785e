"""Where the time of a step goes, by torch's profiler."""

from collections.abc import Callable
from pathlib import Path

import torch
from mmengine.config import Config
from torch import nn
from torch.profiler import ProfilerActivity, profile, record_function

from . import steps

PARTS = ('backbone', 'text_encoder', 'neck', 'cls_head')


def profile_steps(
    cfg: Config,
    clips: int,
    device: str,
    bf16: bool,
    which: tuple[str, ...] = ('training', 'inference'),
    trace: str | Path | None = None,
    rows: int = 15,
) -> dict[str, str]:
    """Profiles one step after one that does not count.

    Args:
        cfg: A config of ours.
        clips: Batch size.
        device: Where.
        bf16: Whether the model runs in bf16.
        which: ``training``, ``inference`` or both.
        trace: Folder for ``training.json`` and ``inference.json``, which Perfetto and
            ``chrome://tracing`` open.
        rows: Length of a table.

    Returns:
        Of each step the table of its operators, those that take longest first. The
        forward passes of the parts are rows too: ``part backbone`` and so on.
    """
    model = steps.build_model(cfg, device)
    batch = steps.make_batch(model, clips, cfg.num_frames, cfg.image_size)
    for name in PARTS:
        mark(model.get_submodule(name), f'part {name}')
    tables = {}
    for name in which:
        if name == 'training':
            step = steps.training_step(model, batch, cfg.optim_wrapper)
        else:
            step = steps.inference_step(model, batch)
        with torch.autocast(device, torch.bfloat16, enabled=bf16):
            profiler = profiled(step, device)
        if trace is not None:
            path = Path(trace, f'{name}.json')
            path.parent.mkdir(parents=True, exist_ok=True)
            profiler.export_chrome_trace(str(path))
        unit = 'cpu' if device == 'cpu' else 'device'
        tables[name] = profiler.key_averages().table(
            sort_by=f'{unit}_time_total', row_limit=rows, max_name_column_width=40
        )
    return tables


def profiled(step: Callable[[], None], device: str) -> profile:
    """One call of a step under the profiler."""
    step()
    activities = [ProfilerActivity.CPU]
    if device != 'cpu':
        activities.append(ProfilerActivity.CUDA)
    with profile(activities=activities) as profiler:
        step()
    return profiler


def mark(module: nn.Module, name: str) -> None:
    """Gives the forward pass of a module a row of its own."""
    running = []

    def start(*_) -> None:
        running.append(record_function(name).__enter__())

    def stop(*_) -> None:
        running.pop().__exit__(None, None, None)

    module.register_forward_pre_hook(start)
    module.register_forward_hook(stop)
