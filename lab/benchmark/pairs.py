"""Times two programs in turn, and stores the results."""

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
# Rows of one name that differ in any of these are all kept.
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
    """Times two programs in turn, since single steps on a shared machine vary by a
    third.

    Args:
        ours: Program that is measured.
        theirs: Program to compare with.
        pairs: Number of pairs that count.
        warmup: Number of pairs before these.
        units: Units of work (clips, frames) that each does in one call.

    Returns:
        ``ratio``, the median of the pairs' ratios of time a unit (ours / theirs), its
        95 % bootstrap interval ``ratio_95``, the medians ``ours_s``, ``theirs_s`` of
        the seconds per unit, and the interval of the first, ``ours_s_95``.
    """
    times = []
    for i in range(warmup + pairs):
        # They take turns in going first, so that neither has an advantage.
        order = (ours, theirs) if i % 2 else (theirs, ours)
        took = {id(step): stopwatch(step) for step in order}
        times.append((took[id(ours)] / units[0], took[id(theirs)] / units[1]))
    return summarize(*np.array(times[warmup:]).T)


def summarize(ours: np.ndarray, theirs: np.ndarray | float) -> dict:
    """The result of :func:`compare`, from the seconds per unit of work of the pairs."""
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
    """Seconds of one call; waits for an accelerator."""
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
    """Lowest seconds of some calls, after a first one that does not count.

    For a program without a partner: a shared machine slows down most calls, but not
    all.
    """
    step()
    return min(stopwatch(step) for _ in range(repeats))


def peak_memory(device: str = 'cpu') -> float:
    """Peak memory of this process so far, MiB; on CUDA that of the allocator."""
    if device != 'cpu':
        return torch.cuda.max_memory_allocated(device) / 2**20
    if STATUS.exists():  # `getrusage` starts from the peak of the parent
        peak = re.search(r'VmHWM:\s*(\d+) kB', STATUS.read_text())
        return int(peak[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def forget_peak_memory(device: str = 'cpu') -> None:
    """Resets :func:`peak_memory`; on a CPU, this works only on Linux."""
    if device != 'cpu':
        torch.cuda.reset_peak_memory_stats(device)
    elif CLEAR_REFS.exists():
        CLEAR_REFS.write_text('5')


def machine(device: str = 'cpu') -> str:
    """The name of the machine, with the number of threads."""
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
        path: The file, which several commands may write; None keeps nothing.
        device: Device to measure on.
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
        """Adds a row; replaces a row of the same name, machine, config and precision.

        Args:
            name: Name of the row, e.g. ``tower/training``.
            what: The comparison, in words.
            figures: Result of :func:`compare`, or other numbers.
            target: Upper limit of ``ratio``.
            unit: The unit of work. **settings: Further settings that the figures depend
                on.
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
    """The rows of a file of results, in the order of measuring.

    Raises:
        ValueError: The file has another form.
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
