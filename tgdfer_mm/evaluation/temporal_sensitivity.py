"""What a model loses when the order or the rate of the frames is changed."""

import copy
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config, ConfigDict
from mmengine.dist import is_main_process
from rich.console import Console
from rich.table import Table

from ..datasets.transforms.perturb_time import PerturbTime
from ..files import write_text

UNPERTURBED = 'unperturbed'
FILE_NAME = 'temporal_sensitivity.json'
SHOWN = ('dfer/UAR', 'dfer/WAR')

# The transforms after which `frame_inds` says which frames are read.
SAMPLERS = (
    'SampleSegments',
    'SampleFrames',
    'DenseSampleFrames',
    'UniformSample',
    'UniformSampleFrames',
)

Metrics = dict[str, float]


def perturb_time(cfg: Config, mode: str, seed: int = 0) -> Config:
    """Changes which frames a config's tests see, and in which order.

    Puts :class:`PerturbTime` right after the sampling of the frames in every pipeline
    of ``test_dataloader``, in the place of one that is there already. The copy works
    and writes in ``<work_dir>/perturb_time/<mode>``.

    Args:
        cfg: Config of a run; stays as it is.
        mode: See :class:`PerturbTime`.
        seed: Likewise.

    Returns:
        The changed copy.

    Raises:
        ValueError: If there is no test data, the mode is unknown, or a pipeline samples
            its frames in none of the ways in ``SAMPLERS``.
    """
    PerturbTime(mode, seed)  # knows its modes
    cfg = copy.deepcopy(cfg)
    pipelines = list(_pipelines(cfg.get('test_dataloader') or {}))
    if not pipelines:
        raise ValueError(
            f'{cfg.filename}: test_dataloader has no data set with a pipeline, so '
            'there is nothing to perturb'
        )
    for pipeline in pipelines:
        place = 1 + _sampler(pipeline, cfg.filename)
        taken = place < len(pipeline) and _name(pipeline[place]) == 'PerturbTime'
        step = ConfigDict(type='PerturbTime', mode=mode, seed=seed)
        pipeline[place : place + taken] = [step]
    folder = Path(cfg.work_dir, 'perturb_time', mode)
    cfg.work_dir = str(folder)
    # The clock alone does not keep two runs of one second apart.
    stem = cfg.get('experiment_name') or Path(cfg.filename or 'test').stem
    cfg.experiment_name = f'{stem}_{mode}'
    _redirect(cfg.get('test_evaluator'), folder)
    return cfg


def temporal_sensitivity(
    cfg: Config,
    modes: Sequence[str],
    run: Callable[[Config], Metrics],
    seed: int = 0,
) -> dict[str, Metrics]:
    """Tests a config with its frames as they are, then perturbed in several ways.

    Args:
        cfg: Config of a test run, with its checkpoint in ``load_from``.
        modes: See :class:`PerturbTime`; repeated ones count once.
        run: Tests a config and returns the metrics, e.g.
            ``lambda cfg: Runner.from_cfg(cfg).test()``.
        seed: See :class:`PerturbTime`.

    Returns:
        The metrics by mode, ``'unperturbed'`` first.

    Raises:
        ValueError: See :func:`perturb_time`; raised before anything is tested.
    """
    # All first: a mistake must not cost a test.
    configs = {mode: perturb_time(cfg, mode, seed) for mode in modes}
    return {
        mode: {name: float(value) for name, value in run(each).items()}
        for mode, each in {UNPERTURBED: cfg, **configs}.items()
    }


def differences(results: dict[str, Metrics]) -> dict[str, Metrics]:
    """Perturbed less unperturbed, by mode and metric; negative is a loss.

    Args:
        results: As from :func:`temporal_sensitivity`.
    """
    whole = results[UNPERTURBED]
    return {
        mode: {n: v - whole[n] for n, v in metrics.items() if n in whole}
        for mode, metrics in results.items()
        if mode != UNPERTURBED
    }


def report(results: dict[str, Metrics], work_dir: str | Path, **info: Any) -> Path:
    """Prints the results as a table and writes them, on the main process only.

    The table has UAR and WAR, or every metric if these were not measured.

    Args:
        results: As from :func:`temporal_sensitivity`.
        work_dir: Where ``temporal_sensitivity.json`` is written.
        **info: Plain data that goes into the file with ``metrics`` and
            ``differences``.

    Returns:
        Path of the file.
    """
    path = Path(work_dir, FILE_NAME)
    if is_main_process():
        content = dict(info, metrics=results, differences=differences(results))
        write_text(path, json.dumps(content, indent=2) + '\n')
        Console().print(_table(results))
        Console().print(f'written to {path}')
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


def _pipelines(node: Any) -> Iterator[list]:
    """The pipelines of a data set, whatever it is wrapped in."""
    if isinstance(node, dict):
        if isinstance(node.get('pipeline'), list):
            yield node['pipeline']
        node = [child for key, child in node.items() if key != 'pipeline']
    if isinstance(node, list | tuple):
        for child in node:
            yield from _pipelines(child)


def _sampler(pipeline: list, filename: str | None) -> int:
    names = [_name(step) for step in pipeline]
    for name in SAMPLERS:
        if name in names:
            return names.index(name)
    raise ValueError(
        f'{filename}: a pipeline of test_dataloader ({", ".join(names)}) has none of '
        f'{", ".join(SAMPLERS)}. Only after these is it known which frames are read '
        'and not yet which pictures they are, so that their order can be changed'
    )


def _name(step: dict) -> str:
    kind = step['type']
    return (kind if isinstance(kind, str) else kind.__name__).split('.')[-1]


def _redirect(evaluator: Any, folder: Path) -> None:
    """Lets what the evaluators write not replace what they wrote of the whole test."""
    for metric in evaluator if isinstance(evaluator, list | tuple) else [evaluator]:
        for key in ('out_file', 'out_file_path'):
            if metric and metric.get(key):
                metric[key] = str(folder / Path(metric[key]).name)
