"""Timing two things in turn, and keeping what came out."""

import json
import platform
import re
import resource
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import torch
from torch.utils.benchmark import timer

from tgdfer_mm.files import write_text

SCHEMA = 'tgdfer_mm.benchmark/2'
# Rows of one name that differ in any of these stand side by side.
APART = ('name', 'machine', 'torch', 'config', 'precision')
CLEAR_REFS, STATUS = Path('/proc/self/clear_refs'), Path('/proc/self/status')
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
        95 % bootstrap interval ``ratio_95``, the medians ``ours_s``, ``theirs_s`` of
        seconds a unit, and the interval of the first, ``ours_s_95``.
    """
    times = []
    for i in range(warmup + pairs):
        # Which of the two goes first alternates, so that neither gains by it.
        order = (ours, theirs) if i % 2 else (theirs, ours)
        took = {id(step): stopwatch(step) for step in order}
        times.append((took[id(ours)] / units[0], took[id(theirs)] / units[1]))
    return summarize(*np.array(times[warmup:]).T)


def summarize(ours: np.ndarray, theirs: np.ndarray | float) -> dict:
    """What :func:`compare` returns, from the pairs' seconds a unit of work."""
    ratio = ours / theirs
    return dict(
        pairs=len(ratio),
        ours_s=float(np.median(ours)),
        theirs_s=float(np.median(theirs)),
        ratio=float(np.median(ratio)),
        ratio_95=[*bootstrap(ratio)],
        ours_s_95=[*bootstrap(ours)],
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


def least_time(step: Step, repeats: int) -> float:
    """Least seconds of some calls after one that does not count.

    What stands alone has no partner that a shared machine slows down as much.
    """
    step()
    return min(stopwatch(step) for _ in range(repeats))


def peak_memory(device: str = 'cpu') -> float:
    """Most memory this process has held so far, MiB; on CUDA the allocator's."""
    if device != 'cpu':
        return torch.cuda.max_memory_allocated(device) / 2**20
    if STATUS.exists():  # `getrusage` begins with what the parent has held
        peak = re.search(r'VmHWM:\s*(\d+) kB', STATUS.read_text())
        return int(peak[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def forget_peak_memory(device: str = 'cpu') -> None:
    """Lets :func:`peak_memory` start again; on CPU Linux alone can."""
    if device != 'cpu':
        torch.cuda.reset_peak_memory_stats(device)
    elif CLEAR_REFS.exists():
        CLEAR_REFS.write_text('5')


def machine(device: str = 'cpu') -> str:
    """The machine's name and how much of it is used."""
    if device != 'cpu':
        return torch.cuda.get_device_name(device)
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
        self.device = device

    def add(
        self,
        name: str,
        what: str,
        figures: dict,
        target: float | None = None,
        unit: str = 'step',
        **settings,
    ) -> dict:
        """Adds a row, or replaces the same one: same name, machine, config, precision.

        Args:
            name: Name of the row, e.g. ``tower/training``.
            what: What is compared, in words.
            figures: What :func:`compare` gave, or other numbers.
            target: What ``ratio`` should not exceed.
            unit: The unit of work that seconds are of.
            **settings: What else the figures depend on.
        """
        row = dict(
            name=name,
            what=what,
            **figures,
            target=target,
            unit=unit,
            settings=settings,
            machine=machine(self.device),
            torch=torch.__version__,
            date=date.today().isoformat(),
        )
        print(format_row(row), flush=True)
        if self.path is not None:
            rows = read_results(self.path) if self.path.exists() else []
            kept = [each for each in rows if _identity(each) != _identity(row)]
            text = json.dumps(dict(schema=SCHEMA, rows=[*kept, row]), indent=1)
            write_text(self.path, text + '\n')
        return row


def _identity(row: dict) -> list:
    return [{**row['settings'], **row}.get(key) for key in APART]


def read_results(path: str | Path) -> list[dict]:
    """The rows of a file of results, in the order in which they were measured.

    Raises:
        ValueError: It is no such file.
    """
    content = json.loads(Path(path).read_text(encoding='utf-8'))
    if content.get('schema') != SCHEMA:
        raise ValueError(f'{path} is no file of benchmark results ({SCHEMA}).')
    return content['rows']


def format_row(row: dict) -> str:
    """A row as one line of text."""
    about = f'{row["name"]}: {row["what"]}'
    if 'ratio' not in row:
        figures = {k: row[k] for k in ('reason', 'points', 'exponents') if k in row}
        return f'{about}: {json.dumps(figures)}'
    low, high = row['ratio_95']
    verdict = ''
    if row['target'] is not None:
        met = row['ratio'] <= row['target']
        verdict = f', target {row["target"]:g} {"met" if met else "MISSED"}'
    return (
        f'{about}: {row["ratio"]:.4g} [{low:.4g}, {high:.4g}]{verdict} '
        f'({row["ours_s"]:.4g} s a {row["unit"]} against {row["theirs_s"]:.4g} s)'
    )
