"""Runs studies one after another: what fails does not hold up the others."""

import json
import time
from collections.abc import Iterable
from pathlib import Path

from tgdfer_mm.files import read_json, write_text

from .listing import Report, Study

_TIMES = 'seconds.json'


def run_studies(
    studies: Iterable[Study], root: Path, report: Report
) -> tuple[dict[str, dict], dict[str, str]]:
    """Measures what is missing of each.

    Args:
        studies: Which.
        root: Folder with one folder a study; what is finished there is kept.
        report: Called with lines that tell how far it is.

    Returns:
        Of each study that was measured ``tables``, ``says`` and ``seconds``, those of
        earlier calls with them; and of each that failed, why.
    """
    found, failed = {}, {}
    for study in studies:
        report(f'== {study.name} ({study.system})')
        began, result = time.perf_counter(), None
        try:
            result = study.run(root / study.name, report)
        except Exception as error:  # whatever it is, the others are to be measured
            failed[study.name] = f'{type(error).__name__}: {error}'
        finally:
            seconds = _add_time(root, study.name, time.perf_counter() - began)
        if result is None:
            report(f'{failed[study.name]} (after {seconds / 60:.1f} minutes)')
        else:
            report(f'{result.says} ({seconds / 60:.1f} minutes)')
            found[study.name] = {**result._asdict(), 'seconds': round(seconds)}
    return found, failed


def _add_time(root: Path, name: str, seconds: float) -> float:
    """Adds to the time that a study took in earlier calls, and gives the sum."""
    path = root / _TIMES
    times = read_json(path) if path.is_file() else {}
    times[name] = times.get(name, 0.0) + seconds
    write_text(path, json.dumps(times, indent=1) + '\n')
    return times[name]
