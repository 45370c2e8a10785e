"""Hook that reports the changes of each part."""

import json
import math
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import torch
from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from mmengine.runner.amp import autocast
from torch import Tensor, nn
from torch.distributed.fsdp import FullyShardedDataParallel

from tgdfer_mm.files import replacing, write_text
from tgdfer_mm.plain_checkpoints import read_safetensors, write_safetensors
from tgdfer_mm.random_state import random_state_kept
from tgdfer_mm.registry import HOOKS

from .measures import has_activity, part_activity, part_state

FILE_NAME = 'parts.json'
START_NAME = 'parts_start.safetensors'
ZERO = 1e-6  # a change of rounding


@HOOKS.register_module()
class PartsReportHook(Hook):
    """Logs and writes the changes of each part, and names the inert parts.

    A module of the model takes part if
    :func:`~lab.parts.measures.part_state` or
    :func:`~lab.parts.measures.part_activity` knows its class.

    Activities are means over the clips of the first validation batches, the same ones
    at start and end. The change of a part is the norm of its difference from its start,
    relative to the norm of the start, or absolute if it started at zero; of an array
    the mean over its vectors. A part whose change is at most `tolerance` is inert.

    ``<work_dir>/parts.json`` gets start, end (of single numbers), change and inert for
    each part, under its module's name. The start is kept in
    ``parts_start.safetensors``, so that a resumed run is compared with its first
    start. The weights are those trained, not the average of an EMAHook.

    Args:
        tolerance: See above; 0.01 is one percent.
        num_batches: Validation batches to measure activities on; 0 measures none. A
            run without validation measures none.

    Raises:
        ValueError: If `tolerance` or `num_batches` is negative.
    """

    # Before CompareRunHook, which trains another model.
    priority = 'LOW'

    def __init__(self, tolerance: float = 0.01, num_batches: int = 2) -> None:
        if tolerance < 0 or num_batches < 0:
            raise ValueError(
                f'tolerance={tolerance} and num_batches={num_batches} must not be '
                'negative'
            )
        self.tolerance = tolerance
        self.num_batches = num_batches
        self._start: dict[str, Tensor] | None = None

    def before_train(self, runner: Runner) -> None:
        """Stores the start of every part."""
        path = Path(runner.work_dir, START_NAME)
        if runner.iter == 0:
            self._start = self._parts(runner)
            if is_main_process():
                with replacing(path) as temporary:
                    write_safetensors(self._start, {}, temporary)
        elif path.is_file():
            self._start = read_safetensors(path)[0]
        else:
            self._start = None
            runner.logger.warning(
                f'PartsReportHook: {path}, which the first start of this run should '
                'have written, is not there: no part can be compared with its start.'
            )

    def after_train(self, runner: Runner) -> None:
        """Reports on every part."""
        parts = compare_parts(self._start, self._parts(runner), self.tolerance)
        if not parts:
            runner.logger.info('PartsReportHook: no module of this model reports.')
            return
        inert = [name for name, part in parts.items() if part['inert']]
        if is_main_process():
            content = dict(
                tolerance=self.tolerance,
                num_batches=self.num_batches,
                iterations=runner.iter,
                parts=parts,
                inert=inert,
            )
            path = Path(runner.work_dir, FILE_NAME)
            write_text(path, json.dumps(content, indent=2, allow_nan=False) + '\n')
        for name, part in parts.items():
            runner.logger.info(f'part {name}: {_describe(part)}')
        if inert:
            runner.logger.warning(
                f'inert parts (changed by at most {self.tolerance:g}): '
                f'{", ".join(inert)}'
            )

    def _parts(self, runner: Runner) -> dict[str, Tensor]:
        """Every part's state and activity; safetensors can hold them."""
        model = runner.model
        if isinstance(model, FullyShardedDataParallel):
            runner.logger.warning(
                'PartsReportHook: no process has the parts of a sharded model (FSDP) '
                'as a whole; nothing is reported.'
            )
            return {}
        bare = model.module if is_model_wrapper(model) else model
        return part_states(bare) | self._activities(runner, bare)

    @torch.no_grad()
    def _activities(self, runner: Runner, bare: nn.Module) -> dict[str, Tensor]:
        loop = runner.val_loop if self.num_batches else None
        if loop is None or not any(map(has_activity, bare.modules())):
            return {}
        training = runner.model.training
        runner.model.eval()
        with random_state_kept(), recorded_activities(bare) as recorded:
            for batch in islice(loop.dataloader, self.num_batches):
                with autocast(enabled=loop.fp16):
                    runner.model.val_step(batch)
        runner.model.train(training)
        return {name: _plain(torch.cat(each).mean()) for name, each in recorded.items()}


def part_states(model: nn.Module) -> dict[str, Tensor]:
    """The states of a model's modules, by module and part.

    Args:
        model: Not wrapped.
    """
    return {
        _join(name, part): _plain(torch.as_tensor(value))
        for name, module in model.named_modules()
        for part, value in part_state(module).items()
    }


@contextmanager
def recorded_activities(model: nn.Module) -> Iterator[dict[str, list[Tensor]]]:
    """Records the activities of a model's modules in this context.

    Args:
        model: Not wrapped.

    Yields:
        Filled while the model runs: by module and part, (N,) of each call.
    """
    recorded: dict[str, list[Tensor]] = defaultdict(list)

    def watch(name: str, module: nn.Module):
        def keep(_, inputs, output):
            for part, value in part_activity(module, inputs, output).items():
                recorded[_join(name, part)].append(value.detach())

        return module.register_forward_hook(keep)

    handles = [
        watch(name, module)
        for name, module in model.named_modules()
        if has_activity(module)
    ]
    try:
        yield recorded
    finally:
        for handle in handles:
            handle.remove()


def compare_parts(
    start: dict[str, Tensor] | None, end: dict[str, Tensor], tolerance: float
) -> dict[str, dict]:
    """Compares every part with its start.

    Args:
        start: By part; None if unknown, and so is a part it lacks.
        end: By part.
        tolerance: See :class:`PartsReportHook`.

    Returns:
        By part, as plain data: ``start`` and ``end`` (None for arrays and for what is
        not finite), ``change`` and ``inert`` (None without a start).
    """
    parts = {}
    for name, value in end.items():
        first = (start or {}).get(name)
        change = None if first is None else _number(_change(first, value))
        parts[name] = dict(
            start=None if first is None else _number(first),
            end=_number(value),
            change=change,
            inert=None if first is None else change is not None and change <= tolerance,
        )
    return parts


def _change(start: Tensor, end: Tensor) -> Tensor:
    start, end = torch.atleast_1d(start), torch.atleast_1d(end)
    moved, size = (end - start).norm(dim=-1), start.norm(dim=-1)
    return (moved / torch.where(size > ZERO, size, 1.0)).mean()


def _number(value: Tensor) -> float | None:
    if value.numel() > 1 or not math.isfinite(value.item()):
        return None
    return value.item()


def _plain(value: Tensor) -> Tensor:
    return value.detach().float().cpu().clone().contiguous()


def _join(module: str, part: str) -> str:
    return f'{module}.{part}' if module else part


def _describe(part: dict) -> str:
    values = [
        '?' if part[key] is None else f'{part[key]:.4g}'
        for key in ('start', 'end', 'change')
    ]
    both = '' if part['end'] is None else f'{values[0]} -> {values[1]}, '
    return f'{both}changed by {values[2]}{" (inert)" if part["inert"] else ""}'
