"""From a command line to a config, and from a config to a runner."""

import inspect
import os
from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import fields

from mmengine.config import Config
from mmengine.device import get_device
from mmengine.registry import RUNNERS
from mmengine.runner import FlexibleRunner, Runner

from ..config_files import read_config
from ..engine.checkpoint_contract_hook import CheckpointContractHook
from ..engine.freed_memory import keep_freed_memory
from ..paths import find_config
from ..plain_checkpoints import ALLOW_PICKLE
from ..recipe.recipe import OLD_KEYS, Recipe, take_in_old_keys
from ..recipe.walk import hooks_of
from .settings import parse_settings

# The top-level keys of a config that a run reads; the others are its own variables.
_READ = {'recipe', 'runner_type', *OLD_KEYS}.union(
    *(inspect.signature(kind).parameters for kind in (Runner, FlexibleRunner))
)
_RUNNERS = {
    None: 'DFERRunner',
    'Runner': 'DFERRunner',
    'FlexibleRunner': 'FlexibleDFERRunner',
}


def load_config(args: Namespace) -> Config:
    """Reads the config and applies the options; those of the recipe it states.

    Args:
        args: What ``tgdfer_cli.common`` parses: ``config``, the common options and
            those of the recipe.

    Returns:
        The config, whose ``recipe`` has all that was asked for; the runner applies it.

    Raises:
        ValueError: An option that does not fit the config or would change nothing.
    """
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    if args.allow_pickle:
        os.environ[ALLOW_PICKLE] = '1'
    options = parse_settings(args.cfg_options)
    given = {
        each.name: getattr(args, each.name)
        for each in fields(Recipe)
        if each.name != 'perturb_time' and getattr(args, each.name, None)
    }
    _announce_fold(given.get('fold') or options.get('recipe.fold'))
    cfg = read_config(find_config(args.config))
    take_in_old_keys(cfg)
    for key in options:
        _check_option(cfg, key)
    cfg.merge_from_dict(options)
    take_in_old_keys(cfg)
    cfg.recipe.update(given)
    cfg.cfg_options = options  # CompareRunHook repeats them
    cfg.launcher = args.launcher
    cfg.runner_type = _RUNNERS.get(cfg.get('runner_type'), cfg.get('runner_type'))
    if args.work_dir:
        cfg.work_dir = args.work_dir
    _allow_mismatch(cfg, args.allow_mismatch)
    return cfg


def build_runner(cfg: Config) -> Runner:
    """Builds the runner that the config names in ``runner_type``.

    On CPU the process keeps from now on what it frees, see
    :func:`~tgdfer_mm.engine.freed_memory.keep_freed_memory`.
    """
    if get_device() == 'cpu':
        keep_freed_memory()
    return RUNNERS.build(cfg)


def _announce_fold(fold: int | None) -> None:
    """Tells configs, which may be computed from their fold, before they are read."""
    if fold is not None:
        os.environ['TGDFER_FOLD'] = str(fold)
        os.environ['FOLD'] = str(fold)  # in configs written for version 0.1


def _check_option(cfg: Config, key: str) -> None:
    name, *_, last = key.split('.')[:1] + key.split('.')
    if last == 'fold' and key != 'recipe.fold':
        raise ValueError(
            f'--cfg-options {key}=...: the config has been computed from its fold by '
            'the time options are applied, so this would change some of the data and '
            'not the rest. Use --fold.'
        )
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


def _allow_mismatch(cfg: Config, allowed: Sequence[str]) -> None:
    if not allowed:
        return
    hooks = list(hooks_of(cfg, CheckpointContractHook.__name__))
    if not hooks:
        raise ValueError(
            f'--allow-mismatch: {cfg.filename} has no CheckpointContractHook in its '
            'default_hooks or custom_hooks, so nothing is checked anyway.'
        )
    for hook in hooks:
        hook['allow'] = [*hook.get('allow', ()), *allowed]
