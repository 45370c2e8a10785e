"""Runs studies; if one fails, the others are still measured."""

import json
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from math import inf
from multiprocessing import get_context
from pathlib import Path

import torch
from mmengine.registry import init_default_scope

from lab.evidence.quiet import hush
from tgdfer_mm.files import DamagedFileError, read_json, write_text

from .listing import Found, Report, Study

_TIMES = 'seconds.json'


def run_studies(
    studies: Iterable[Study], root: Path, report: Report, jobs: int = 1
) -> tuple[dict[str, dict], dict[str, str]]:
    """Runs studies, each of which measures what is missing.

    Args:
        studies: The studies.
        root: Folder with one folder for each study; finished results in it are kept.
        report: Called with lines about the progress.
        jobs: Number of studies that run at the same time. If there are several, each
            runs in its own process, which prints its progress.

    Returns:
        For each study that was measured: ``tables``, ``says`` and ``seconds``, the time
        with that of earlier calls. For each study that failed: the reason.

    Raises:
        DamagedFileError: The file with the times of earlier calls is damaged. Nothing
            was measured.
    """
    times = _read_times(root)  # before anything is measured
    found, failed = {}, {}
    for study, result, why, seconds in _results(list(studies), root, report, jobs):
        seconds += times.get(study.name, 0.0)
        times[study.name] = seconds
        write_text(root / _TIMES, json.dumps(times, indent=1) + '\n')
        taken = f'({seconds / 60:.1f} minutes)'
        if result is None:
            failed[study.name] = why
            report(f'{study.name}: {why} {taken}')
        else:
            report(f'{study.name}: {result.says} {taken}')
            found[study.name] = {**result._asdict(), 'seconds': round(seconds)}
    return found, failed


def _results(
    studies: list[Study], root: Path, report: Report, jobs: int
) -> Iterator[tuple[Study, Found | None, str, float]]:
    """Each study with its result or its error, and its time, in the order of their
    ends.
    """
    if jobs == 1:
        for study in studies:
            report(f'== {study.name} ({study.system})')
            yield study, *_run(study, root, report)
        return
    with ProcessPoolExecutor(jobs, get_context('spawn'), _start_worker) as pool:
        futures = {pool.submit(_run, study, root): study for study in studies}
        for future in as_completed(futures):
            yield futures[future], *future.result()


def _start_worker() -> None:
    import tgdfer_mm  # noqa: F401  registers everything, repairs what has to be

    torch.set_num_threads(1)
    init_default_scope('mmaction')
    hush()


def _print(line: str) -> None:
    print(line, flush=True)


def _run(
    study: Study, root: Path, report: Report = _print
) -> tuple[Found | None, str, float]:
    began = time.perf_counter()
    try:
        result, why = study.run(root / study.name, report), ''
    except Exception as error:  # any error: the others are measured all the same
        result, why = None, f'{type(error).__name__}: {error}'
    return result, why, time.perf_counter() - began


def _read_times(root: Path) -> dict[str, float]:
    """Seconds that each study took in earlier calls."""
    path = root / _TIMES
    advice = 'Delete it: only the minutes of earlier calls are lost.'
    try:
        times = read_json(path) if path.exists() else {}
    except DamagedFileError as error:
        raise DamagedFileError(f'{error} {advice}') from error
    for name, seconds in times.items():
        if type(seconds) not in (int, float) or not 0 <= seconds < inf:
            raise DamagedFileError(
                f'{path}: the seconds of {name!r} are {seconds!r:.40}, which is no '
                f'time. {advice}'
            )
    return times
