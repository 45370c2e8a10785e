"""What the command lines of ``tools/train.py`` and ``tools/test.py`` share."""

import inspect
import os
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

from mmengine.config import Config, DictAction
from mmengine.device import get_device
from mmengine.registry import RUNNERS
from mmengine.runner import FlexibleRunner, Runner

from .checkpoint import ALLOW_PICKLE
from .checkpoint_contract_hook import MISMATCHES, CheckpointContractHook
from .freed_memory import keep_freed_memory
from .pasted_settings import refuse_pasted_settings

# The top-level keys of a config that a run reads; the others are its own variables.
_READ = {'precision', 'runner_type', 'selection'}.union(
    *(inspect.signature(kind).parameters for kind in (Runner, FlexibleRunner))
)
_LOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')


def add_common_arguments(parser: ArgumentParser) -> None:
    """Adds the options that training and testing have in common."""
    parser.add_argument(
        '--work-dir',
        help='folder for logs and checkpoints; without it that of the config or '
        'work_dirs/<config>; a folded data set adds fold<k>',
    )
    parser.add_argument(
        '--fold',
        type=int,
        help='fold of the data set; sets the environment variable TGDFER_FOLD before '
        'the config is read',
    )
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        default={},
        help='changes to the config, as key=value; a list is key="[a,b]"',
    )
    parser.add_argument(
        '--allow-pickle',
        action='store_true',
        help='load checkpoints that are not plain data; they can run any code',
    )
    parser.add_argument(
        '--allow-mismatch',
        nargs='+',
        choices=MISMATCHES,
        default=[],
        help='differences between the checkpoint and this run that are meant',
    )
    parser.add_argument(
        '--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'], default='none'
    )
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0)


def load_config(args: Namespace) -> Config:
    """Reads the config and applies the common options.

    Args:
        args: The parsed options of :func:`add_common_arguments` and ``config``.

    Returns:
        The config with its ``work_dir`` settled.

    Raises:
        ValueError: An option that does not fit the config or would change nothing.
    """
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    if args.allow_pickle:
        os.environ[ALLOW_PICKLE] = '1'
    folds = [k for k in args.cfg_options if k.split('.')[-1] == 'fold']
    if folds:
        raise ValueError(
            f'--cfg-options {folds[0]}=...: the config has been computed from its fold '
            'by the time options are applied, so this would change some of the data '
            'and not the rest. Use --fold.'
        )
    if args.fold is not None:
        for name in ('TGDFER_FOLD', 'FOLD'):  # configs for version 0.1 read FOLD
            os.environ[name] = str(args.fold)
    refuse_pasted_settings(args.config)
    cfg = Config.fromfile(args.config)
    for key in args.cfg_options:
        _check_option(cfg, key)
    cfg.merge_from_dict(args.cfg_options)
    cfg.cfg_options = dict(args.cfg_options)  # CompareRunHook repeats them
    cfg.launcher = args.launcher
    fold = fold_of(cfg)
    if args.fold is not None and fold != args.fold:
        reason = (
            'its data set has a single split and no folds (as FERV39k); leave --fold '
            'out.'
            if fold is None
            else f'its data is on fold {fold} whatever TGDFER_FOLD says; write fold = '
            "int(__import__('tgdfer_mm').setting('FOLD', '1')) there."
        )
        raise ValueError(f'--fold {args.fold} does not suit {args.config}: {reason}')
    folder = Path(
        args.work_dir
        or cfg.get('work_dir')
        or Path('work_dirs', Path(args.config).stem)
    )
    if fold is not None and folder.name != f'fold{fold}':
        folder /= f'fold{fold}'
    cfg.work_dir = str(folder)
    _allow_mismatch(cfg, args.allow_mismatch)
    return cfg


def build_runner(cfg: Config) -> Runner:
    """Builds the runner that the config names in ``runner_type``, or mmengine's.

    On CPU the process keeps from now on what it frees, see
    :func:`~tgdfer_mm.engine.freed_memory.keep_freed_memory`.
    """
    if get_device() == 'cpu':
        keep_freed_memory()
    return RUNNERS.build(cfg) if 'runner_type' in cfg else Runner.from_cfg(cfg)


def fold_of(cfg: Config) -> int | None:
    """Reads which fold the data sets of a config are on.

    Args:
        cfg: Config of a run.

    Returns:
        The fold, None for data without folds.

    Raises:
        ValueError: Two data sets are on different folds.
    """
    folds = {name: set(_find_folds(cfg.get(name) or {})) for name in _LOADERS}
    distinct = set().union(*folds.values())
    if len(distinct) > 1:
        raise ValueError(
            f'The data sets are on different folds, {folds}: clips tested would be '
            'among those trained on.'
        )
    return distinct.pop() if distinct else None


def _check_option(cfg: Config, key: str) -> None:
    name, *_, last = key.split('.')[:1] + key.split('.')
    if name in _READ:
        return
    parts = {part: cfg[part] for part in sorted(_READ & set(cfg.keys()))}
    places = ', '.join(_find_keys(parts, last))
    raise ValueError(
        f'--cfg-options {key}=...: no run reads {name!r}, and what {cfg.filename} '
        'computes from it has been computed by the time options are applied. Set the '
        f'settings themselves: {places or "look them up in the config"}.'
    )


def _find_keys(node: object, wanted: str, path: str = '') -> Iterator[str]:
    if isinstance(node, list | tuple):
        node = dict(enumerate(node))
    for key, value in node.items() if isinstance(node, dict) else ():
        if key == wanted:
            yield f'{path}{key}'
        yield from _find_keys(value, wanted, f'{path}{key}.')


def _find_folds(node: object) -> Iterator[int]:
    if isinstance(node, dict):
        if isinstance(node.get('fold'), int):
            yield node['fold']
        node = list(node.values())
    if isinstance(node, list | tuple):
        for child in node:
            yield from _find_folds(child)


def _allow_mismatch(cfg: Config, allowed: list[str]) -> None:
    if not allowed:
        return
    every = list((cfg.get('default_hooks') or {}).values())
    every += cfg.get('custom_hooks') or []
    hooks = [h for h in every if h and h['type'] == CheckpointContractHook.__name__]
    if not hooks:
        raise ValueError(
            f'--allow-mismatch: {cfg.filename} has no CheckpointContractHook in its '
            'default_hooks or custom_hooks, so nothing is checked anyway.'
        )
    for hook in hooks:
        hook['allow'] = [*hook.get('allow', ()), *allowed]
