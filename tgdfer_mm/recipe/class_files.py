"""Paths and texts of classes in a config, made independent of the folder."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from mmengine.config import Config

from ..labels.classes import is_path
from ..run_config.walk import data_sets
from .recipe import Recipe

_KEYS = ('classes', 'descriptions', 'label_set')


def settle_class_files(cfg: Config, recipe: Recipe | None = None) -> None:
    """Makes class paths absolute and texts ordered, so that the config can be moved.

    A path is relative to the folder of the config, or to the current folder if the
    config's folder has no such file; it becomes absolute. A dict of texts becomes a
    list of pairs, because mmengine sorts the keys of a dict when it writes a config.
    Both count as no change, because the classes and their order are the same.

    Args:
        cfg: Config of a run; changed in place.
        recipe: Not used.
    """
    near = Path(cfg.filename).absolute().parent if cfg.filename else Path.cwd()
    nodes = [*_dicts(cfg.get('model')), *(each.config for each in data_sets(cfg))]
    for node in nodes:
        for key in _KEYS:
            value = node.get(key)
            if isinstance(value, str) and is_path(value) and '://' not in value:
                node[key] = _absolute(value, near)
        if isinstance(node.get('descriptions'), Mapping):
            node['descriptions'] = [[k, v] for k, v in node['descriptions'].items()]


def _absolute(path: str, near: Path) -> str:
    own = near / Path(path).expanduser()
    there = own if own.is_file() or not Path(path).expanduser().is_file() else path
    return os.path.abspath(Path(there).expanduser())


def _dicts(node: object) -> Iterator[dict]:
    if isinstance(node, Mapping):
        yield node
        for value in node.values():
            yield from _dicts(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _dicts(value)
