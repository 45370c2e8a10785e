"""Timing two things in turn, and keeping what came out."""

import json
import platform
import resource
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import torch
from torch.utils.benchmark import timer

from ..files import write_text

SCHEMA = 'tgdfer_mm.benchmark/1'
CLEAR_REFS = Path('/proc/self/clear_refs')
Step = Callable[[], object]


def compare(
    ours: Step,
    theirs: Step,
    pairs: int = 15,
    warmup: int = 2,
    units: tuple[float, float] = (1.0, 1.0),
) -> dict:
    """Times two things in turn: single steps on a shared machine vary by a third.

    Args:
        ours: What is measured.
        theirs: What it is measured against.
        pairs: How many pairs count.
        warmup: How many are run before.
        units: How many units of work (clips, frames) each does in one call.

    Returns:
        ``ratio``, the median of the pairs' ratios of time a unit (ours / theirs), its
        95 % bootstrap interval ``ratio_95``, and the medians ``ours_s``, ``theirs_s``
        of seconds a unit.
    """
    times = []
    for i in range(warmup + pairs):
        # Which of the two goes first alternates, so that neither gains by it.
        order = (ours, theirs) if i % 2 else (theirs, ours)
        took = {id(step): stopwatch(step) for step in order}
        times.append((took[id(ours)] / units[0], took[id(theirs)] / units[1]))
    a, b = np.array(times[warmup:]).T
    ratio = a / b
    return dict(
        pairs=pairs,
        ours_s=float(np.median(a)),
        theirs_s=float(np.median(b)),
        ratio=float(np.median(ratio)),
        ratio_95=[*bootstrap(ratio)],
    )


def stopwatch(step: Step) -> float:
    """Seconds of one call; torch's timer waits for an accelerator."""
    start = timer()
    step()
    return timer() - start


def bootstrap(values: np.ndarray, draws: int = 10_000) -> tuple[float, float]:
    """95 % percentile interval of the median."""
    rng = np.random.default_rng(0)
    medians = np.median(rng.choice(values, (draws, len(values))), axis=1)
    low, high = np.percentile(medians, [2.5, 97.5])
    return float(low), float(high)


def median_time(step: Step, repeats: int) -> float:
    """Median seconds of some calls after one that does not count."""
    step()
    return float(np.median([stopwatch(step) for _ in range(repeats)]))


def peak_memory(device: str = 'cpu') -> float:
    """Most memory this process has held so far, MiB; on CUDA the allocator's."""
    if device == 'cpu':
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return torch.cuda.max_memory_allocated() / 2**20


def forget_peak_memory(device: str = 'cpu') -> None:
    """Lets :func:`peak_memory` start again; on CPU Linux alone can."""
    if device != 'cpu':
        torch.cuda.reset_peak_memory_stats()
    elif CLEAR_REFS.exists():
        CLEAR_REFS.write_text('5')


def machine(device: str = 'cpu') -> str:
    """The machine's name and how much of it is used."""
    if device != 'cpu':
        return torch.cuda.get_device_name()
    name = platform.processor() or platform.machine()
    info = Path('/proc/cpuinfo')
    if info.is_file():
        for line in info.read_text().splitlines():
            if line.startswith('model name'):
                name = line.split(':', 1)[1].strip()
                break
    return f'{name}, {torch.get_num_threads()} threads'


class Results:
    """Rows of results in a JSON file, each with the machine and the day.

    Args:
        path: The file, which several commands may fill; None keeps nothing.
        device: Where is measured.
    """

    def __init__(self, path: str | Path | None, device: str = 'cpu') -> None:
        self.path = Path(path) if path else None
        self.where = dict(
            machine=machine(device),
            torch=torch.__version__,
            date=date.today().isoformat(),
        )

    def add(
        self,
        name: str,
        what: str,
        figures: dict,
        target: float | None = None,
        **settings,
    ) -> dict:
        """Adds a row, or replaces the one of that name.

        Args:
            name: Name of the row, e.g. ``tower/training``.
            what: What is compared, in words.
            figures: What :func:`compare` gave, or other numbers.
            target: What ``ratio`` should not exceed.
            **settings: What else the figures depend on.
        """
        row = dict(what=what, **figures, target=target, settings=settings, **self.where)
        print(format_row(name, row), flush=True)
        if self.path is not None:
            content = read_results(self.path) if self.path.exists() else {}
            text = json.dumps(
                dict(schema=SCHEMA, rows={**content, name: row}), indent=1
            )
            write_text(self.path, text + '\n')
        return row


def read_results(path: str | Path) -> dict[str, dict]:
    """The rows of a file of results by name.

    Raises:
        ValueError: It is no such file.
    """
    content = json.loads(Path(path).read_text(encoding='utf-8'))
    if content.get('schema') != SCHEMA:
        raise ValueError(f'{path} is no file of benchmark results ({SCHEMA}).')
    return content['rows']


def format_row(name: str, row: dict) -> str:
    """A row as one line of text."""
    if 'ratio' not in row:
        known = {*('what', 'settings', 'target', 'machine', 'torch', 'date')}
        figures = {k: v for k, v in row.items() if k not in known}
        return f'{name}: {row["what"]}: {json.dumps(figures)}'
    low, high = row['ratio_95']
    verdict = ''
    if row['target'] is not None:
        met = row['ratio'] <= row['target']
        verdict = f', target {row["target"]:g} {"met" if met else "MISSED"}'
    return (
        f'{name}: {row["what"]}: {row["ratio"]:.4g} [{low:.4g}, {high:.4g}]{verdict} '
        f'({row["ours_s"]:.4g} s against {row["theirs_s"]:.4g} s)'
    )
