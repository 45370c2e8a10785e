"""Converts mmengine's lazy configs to the form of the others."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mmengine.config import Config

from .. import registry as registries

_TABLES = [
    table
    for table in vars(registries).values()
    if isinstance(table, registries.Registry)
]


def settle_lazy(cfg: Config) -> None:
    """Gives types their registered names, and removes what was only imported.

    A lazy config has classes where other configs have names. All code of this package
    compares names. A class stays if it is not registered, or if its name belongs to
    another class.

    Args:
        cfg: Any config; changed in place.
    """
    imported = {*(getattr(cfg, '_imported_names', None) or ())}
    for key in [key for key in cfg if key in imported or _is_read_base(cfg[key])]:
        cfg.pop(key)
    for node in _dicts(cfg):
        kind = node.get('type')
        if callable(kind):
            name = _name_of(kind)
            if name is not None:
                node['type'] = name


def _is_read_base(value: Any) -> bool:
    return getattr(value, '__name__', None) == 'read_base'


def _dicts(node: Any) -> Iterator[Any]:
    if isinstance(node, Config | Mapping):
        yield node
        for key in list(node):
            yield from _dicts(node[key])
    elif isinstance(node, list | tuple):
        for each in node:
            yield from _dicts(each)


def _name_of(kind: Callable) -> str | None:
    for table in _TABLES:
        place = table
        while place is not None:
            for name, known in place.module_dict.items():
                if known is kind and table.get(name) is kind:
                    return name
            place = place.parent
    return None
