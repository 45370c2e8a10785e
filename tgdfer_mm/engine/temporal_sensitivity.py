"""The loss of accuracy when the order or the rate of the frames is changed."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.dist import is_main_process
from rich.table import Table

from ..files import write_text
from ..recipe.perturbed_time import perturb_time
from ..terminal import Terminal

UNPERTURBED = 'unperturbed'
FILE_NAME = 'temporal_sensitivity.json'
SHOWN = ('dfer/UAR', 'dfer/WAR')

Metrics = dict[str, float]


def temporal_sensitivity(
    cfg: Config,
    modes: Sequence[str],
    run: Callable[[Config], Metrics],
    seed: int = 0,
) -> dict[str, Metrics]:
    """Tests a config with unchanged frames, then with frames perturbed in several ways.

    Args:
        cfg: Config of a test run, with its checkpoint in ``load_from``.
        modes: Modes of :class:`PerturbTime`; repeated ones count once.
        run: Tests a config and returns the metrics, e.g.
            ``lambda cfg: RUNNERS.build(cfg).test()``.
        seed: See :class:`PerturbTime`.

    Returns:
        The metrics by mode, ``'unperturbed'`` first.

    Raises:
        ValueError: See :func:`perturb_time`; it is raised before the first test.
    """
    # All modes are checked first, so that a mistake is found before the first test.
    configs = {mode: perturb_time(cfg, mode, seed) for mode in modes}
    return {
        mode: {name: float(value) for name, value in run(each).items()}
        for mode, each in {UNPERTURBED: cfg, **configs}.items()
    }


def differences(results: dict[str, Metrics]) -> dict[str, Metrics]:
    """The perturbed minus the unperturbed metric, by mode; negative is a loss.

    Args:
        results: Results of :func:`temporal_sensitivity`.
    """
    whole = results[UNPERTURBED]
    return {
        mode: {n: v - whole[n] for n, v in metrics.items() if n in whole}
        for mode, metrics in results.items()
        if mode != UNPERTURBED
    }


def report(results: dict[str, Metrics], work_dir: str | Path, **info: Any) -> Path:
    """Prints the results as a table and writes them, only in the main process.

    The table has UAR and WAR, or all metrics if these two were not measured.

    Args:
        results: Results of :func:`temporal_sensitivity`.
        work_dir: Folder in which ``temporal_sensitivity.json`` is written.
        **info: Plain data that goes into the file with ``metrics`` and
            ``differences``.

    Returns:
        Path of the file.
    """
    path = Path(work_dir, FILE_NAME)
    if is_main_process():
        content = dict(info, metrics=results, differences=differences(results))
        write_text(path, json.dumps(content, indent=2) + '\n')
        Terminal().print(_table(results))
        Terminal().print(f'written to {path}')
    return path


def _table(results: dict[str, Metrics]) -> Table:
    measured = results[UNPERTURBED]
    shown = [name for name in SHOWN if name in measured] or list(measured)
    change = differences(results)
    table = Table(title='temporal sensitivity')
    table.add_column('frames')
    for name in shown:
        table.add_column(name, justify='right')
        table.add_column('difference', justify='right')
    for mode, metrics in results.items():
        cells = []
        for name in shown:
            lost = change.get(mode, {}).get(name)
            cells.append(f'{metrics[name]:.2f}' if name in metrics else '-')
            cells.append('' if lost is None else f'{lost:+.2f}')
        table.add_row(mode, *cells)
    return table
