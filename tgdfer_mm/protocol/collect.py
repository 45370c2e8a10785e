"""Writes the files of a finished protocol."""

import json
from collections.abc import Sequence
from pathlib import Path

from ..files import read_json, write_text
from .folds import FINISHED
from .published import published_rows
from .results import aggregate, difference, load_result
from .results_page import write_report
from .runs import Run


def collect(runs: Sequence[Run], config: str = '') -> dict:
    """Computes the metrics of finished runs and writes them.

    It writes these files next to the runs: ``results.json``, which depends only on the
    predictions; ``results.md`` and ``confusion_matrix.png``, the same for human
    readers; and ``timings.json``.

    Args:
        runs: All runs of a protocol.
        config: Name of the config, which is stated in the files.

    Returns:
        The content of ``results.json``.

    Raises:
        ValueError: The runs do not belong together, see
            :func:`~tgdfer_mm.protocol.results.aggregate`.
    """
    root = runs[0].root
    finished = {
        run.name: read_json(run.folder / FINISHED, 'digest', 'files', 'seconds')
        for run in runs
    }
    report = dict(config=config, **_aggregate(runs, 'predictions'))
    for entry in report['runs']:
        done = finished[entry['run']]
        entry['config_sha256'] = done['digest']
        entry['predictions_sha256'] = done['files']['predictions.jsonl']
    report['last'] = None
    if runs[0].rule != 'last':
        last = _aggregate(runs, 'predictions_last')
        keys = ('summary', 'by_seed', 'runs')
        report['last'] = {key: last[key] for key in keys}
        report['last']['difference'] = difference(report, last)
    seconds = {name: done['seconds'] for name, done in finished.items()}
    _write(root / 'timings.json', dict(seconds_of_the_last_attempt=seconds))
    return write_protocol(report, root)


def write_protocol(report: dict, root: Path) -> dict:
    """Adds published results to a protocol's numbers and writes them.

    Args:
        report: The result of :func:`~tgdfer_mm.protocol.results.aggregate`, and more.
        root: Folder in which ``results.json``, ``results.md`` and the picture are
            written.

    Returns:
        The content of ``results.json``.
    """
    known = published_rows(report['dataset'], report['setting'], len(report['classes']))
    report = dict(report, published=known)
    write_report(report, root)
    _write(root / 'results.json', report)
    return report


def _aggregate(runs: Sequence[Run], stem: str) -> dict:
    return aggregate(
        [
            load_result(run.folder / f'{stem}.jsonl', run.name, run.seed, run.fold)
            for run in runs
        ]
    )


def _write(path: Path, content: dict) -> None:
    write_text(path, json.dumps(content, allow_nan=False, indent=2) + '\n')
