"""Loads a config file with options and a recipe, for a runner."""

import inspect
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.runner import FlexibleRunner, Runner

from ..environment import environment_kept
from ..paths import find_config
from ..run_config.files import read_config
from ..run_config.kinds import check_kinds
from ..run_config.options import merge_options
from ..run_config.walk import hooks_of
from .hook import recipe_hook_of
from .recipe import KEY, OLD_KEYS, Recipe, RecipeError, take_in_old_keys

# The top-level keys of a config that a run reads; the others are its own variables.
_READ = {'recipe', 'runner_type', *OLD_KEYS}.union(
    *(inspect.signature(kind).parameters for kind in (Runner, FlexibleRunner))
)
_RUNNERS = {
    None: 'DFERRunner',
    'Runner': 'DFERRunner',
    'FlexibleRunner': 'FlexibleDFERRunner',
}


def load_config(
    config: str | Path,
    recipe: Mapping[str, Any] | None = None,
    options: Mapping[str, Any] | None = None,
    work_dir: str | None = None,
    allow: Sequence[str] = (),
    launcher: str = 'none',
) -> Config:
    """Reads a config and sets its recipe and options; the runner applies the recipe.

    Args:
        config: The file, or the name of a shipped config.
        recipe: Fields of the recipe.
        options: Other changes: dotted key to value.
        work_dir: Folder for logs and checkpoints.
        allow: Mismatches to allow: those of ``CheckpointContractHook``, and ``recipe``.
        launcher: See mmengine's runner.

    Returns:
        The config, with a ``runner_type`` of this package.

    Raises:
        ValueError: If an option does not fit the config or would change nothing.
    """
    recipe, options = dict(recipe or {}), dict(options or {})
    for name, value in recipe.items():
        other = options.get(f'{KEY}.{name}', value)
        if other != value:
            raise RecipeError(
                f'recipe.{name} is set to {value!r} and by --cfg-options to {other!r}. '
                'Leave one out.'
            )
    with environment_kept():
        announce_fold(recipe.get('fold') or options.get(f'{KEY}.fold'))
        cfg = read_config(find_config(config))
    take_in_old_keys(cfg)
    for key in options:
        _check_option(cfg, key)
    merge_options(cfg, options)
    check_kinds(cfg)
    take_in_old_keys(cfg)
    cfg.recipe = Recipe.of({KEY: {**cfg.recipe, **recipe}}).stated()
    cfg.cfg_options = options  # CompareRunHook repeats them
    cfg.launcher = launcher
    cfg.runner_type = _RUNNERS.get(cfg.get('runner_type'), cfg.get('runner_type'))
    if work_dir:
        cfg.work_dir = work_dir
    _allow_mismatch(cfg, allow)
    return cfg


def announce_fold(fold: int | None) -> None:
    """Sets the fold for configs that this process reads and that depend on it.

    Args:
        fold: The fold; None changes nothing.
    """
    if fold is not None:
        os.environ['TGDFER_FOLD'] = str(fold)
        os.environ['FOLD'] = str(fold)  # in configs for version 0.1


def _check_option(cfg: Config, key: str) -> None:
    name, *_, last = key.split('.')[:1] + key.split('.')
    if last == 'fold' and key != 'recipe.fold':
        raise RecipeError(
            f'--cfg-options {key}=...: options are applied after the config has been '
            'computed from its fold, so this would change only a part of the data. '
            'Use --fold.'
        )
    if name in _READ:
        return
    parts = {part: cfg[part] for part in sorted(_READ & set(cfg.keys()))}
    places = ', '.join(_find_keys(parts, last))
    raise RecipeError(
        f'--cfg-options {key}=...: no run reads {name!r}, because {cfg.filename} has '
        'used it before options are applied. Set the settings themselves: '
        f'{places or "look them up in the config"}.' + _schedule(cfg)
    )


def _schedule(cfg: Config) -> str:
    """A remark about other settings that depend on the number of epochs."""
    names = ('T_max', 'begin', 'end', 'milestones')
    found = [
        f'param_scheduler.{place}.{name}'
        for place, each in enumerate(cfg.get('param_scheduler') or [])
        for name in names
        if name in each
    ]
    if not found:
        return ''
    return f' The schedule also has a number of epochs: {", ".join(found)}.'


def _find_keys(node: object, wanted: str, path: str = '') -> Iterator[str]:
    if isinstance(node, list | tuple):
        node = dict(enumerate(node))
    for key, value in node.items() if isinstance(node, dict) else ():
        if key == wanted:
            yield f'{path}{key}'
        yield from _find_keys(value, wanted, f'{path}{key}.')


def _allow_mismatch(cfg: Config, allowed: Sequence[str]) -> None:
    allowed = list(allowed)
    if KEY in allowed:
        allowed.remove(KEY)
        recipe_hook_of(cfg)['allow_another'] = True
    if not allowed:
        return
    hooks = list(hooks_of(cfg, 'CheckpointContractHook'))
    if not hooks:
        raise RecipeError(
            f'--allow-mismatch: {cfg.filename} has no CheckpointContractHook in its '
            'default_hooks or custom_hooks, so nothing is checked; leave it out.'
        )
    for hook in hooks:
        hook['allow'] = [*hook.get('allow', ()), *allowed]
