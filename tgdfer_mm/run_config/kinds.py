"""Checks which parts of a config are a dict, and which a list of dicts."""

from collections.abc import Mapping

from mmengine.config import Config

from .options import OptionError

_DICTS = (
    'model',
    'train_dataloader',
    'val_dataloader',
    'test_dataloader',
    'train_cfg',
    'val_cfg',
    'test_cfg',
    'optim_wrapper',
    'auto_scale_lr',
    'default_hooks',
    'env_cfg',
    'log_processor',
    'randomness',
    'visualizer',
)
_LISTS = ('custom_hooks', 'vis_backends')
_EITHER = ('val_evaluator', 'test_evaluator')
_SWITCHES = ('resume',)
_TEXTS = ('load_from', 'work_dir', 'experiment_name', 'default_scope')


def check_kinds(cfg: Config) -> None:
    """Checks that the parts of a run's config are of the right kind.

    Code that reads the config afterwards can then rely on it.

    Args:
        cfg: Config of a run.

    Raises:
        OptionError: A part is of another kind; the message names its key.
    """
    for key in _DICTS:
        _require(key, cfg.get(key), Mapping)
    for key in _LISTS:
        _require(key, cfg.get(key), list | tuple)
        for place, each in enumerate(cfg.get(key) or ()):
            _require(f'{key}.{place}', each, Mapping)
    for key in _EITHER:
        _require(key, cfg.get(key), Mapping | list | tuple)
    for key in _TEXTS:
        _require(key, cfg.get(key), str)
    for key in _SWITCHES:
        _require(key, cfg.get(key), bool)
    for name, hook in (cfg.get('default_hooks') or {}).items():
        _require(f'default_hooks.{name}', hook, Mapping)


def _require(key: str, value: object, kind: type) -> None:
    if value is None or isinstance(value, kind):
        return
    needed = {Mapping: 'a dict', str: 'a text', bool: 'True or False'}
    several = 'a list of dicts' if kind == list | tuple else 'a dict or a list of dicts'
    raise OptionError(f'{key}={value!r}: it has to be {needed.get(kind, several)}.')
