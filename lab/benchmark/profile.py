"""Time of the parts of a step, by torch's profiler."""

from collections.abc import Callable
from pathlib import Path

import torch
from mmengine.config import Config
from torch import nn
from torch.profiler import ProfilerActivity, profile, record_function

from . import steps

PARTS = ('backbone', 'text_encoder', 'neck', 'cls_head')
MARKS = tuple(f'forward pass of {part}' for part in PARTS)


def profile_steps(
    cfg: Config,
    clips: int,
    device: str,
    bf16: bool,
    which: tuple[str, ...] = ('training', 'inference'),
    trace: str | Path | None = None,
    rows: int = 15,
) -> dict[str, str]:
    """Profiles one step, after a first one that does not count.

    Args:
        cfg: A config of ours.
        clips: Batch size.
        device: Device of the step.
        bf16: True to run the model in bf16.
        which: ``training``, ``inference`` or both.
        trace: Folder for ``training.json`` and ``inference.json``, which Perfetto and
            ``chrome://tracing`` open.
        rows: Length of a table.

    Returns:
        For each step, the time of the forward passes of the model's parts, and the
        table of its operators, the slowest first.
    """
    model = steps.build_model(cfg, device)
    batch = steps.make_batch(model, clips, cfg.num_frames, cfg.image_size)
    for part, name in zip(PARTS, MARKS, strict=True):
        mark(model.get_submodule(part), name)
    tables = {}
    for name in which:
        if name == 'training':
            step = steps.training_step(model, batch, cfg.optim_wrapper)
        else:
            step = steps.inference_step(model, batch)
        profiler = profiled(steps.in_precision(step, device, bf16), device)
        if trace is not None:
            path = Path(trace, f'{name}.json')
            path.parent.mkdir(parents=True, exist_ok=True)
            profiler.export_chrome_trace(str(path))
        unit = 'cpu' if device == 'cpu' else 'device'
        averages = profiler.key_averages()
        parts = [
            f'{each.key}: {getattr(each, f"{unit}_time_total") / 1e3:.1f} ms'
            for each in averages
            if each.key in MARKS and getattr(each, f'{unit}_time_total')
        ]
        operators = averages.table(
            sort_by=f'self_{unit}_time_total', row_limit=rows, max_name_column_width=40
        )
        tables[name] = '\n'.join([*parts, operators])
    return tables


def profiled(step: Callable[[], None], device: str) -> profile:
    """Profiles one call of a step."""
    step()
    activities = [ProfilerActivity.CPU]
    if device != 'cpu':
        torch.cuda.synchronize()
        activities.append(ProfilerActivity.CUDA)
    with profile(activities=activities) as profiler:
        step()
    return profiler


def mark(module: nn.Module, name: str) -> None:
    """Gives the forward pass of a module its own row."""
    running = []

    def start(*_) -> None:
        running.append(record_function(name).__enter__())

    def stop(*_) -> None:
        running.pop().__exit__(None, None, None)

    module.register_forward_pre_hook(start)
    module.register_forward_hook(stop)
