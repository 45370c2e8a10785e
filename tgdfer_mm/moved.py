"""Keeps the old names of modules of version 0.1, for one release."""

import json
import sys
import warnings
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

_TABLE = Path(__file__).with_suffix('.json')


def old_names() -> dict[str, list[str]]:
    """Old name of each moved module -> the modules that have its parts today."""
    return json.loads(_TABLE.read_text(encoding='utf-8'))


def find_moved_modules() -> None:
    """Makes modules importable by their old names, with a DeprecationWarning."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.append(_Finder(old_names()))  # it is asked last


class _Finder(MetaPathFinder):
    def __init__(self, moved: dict[str, list[str]]) -> None:
        self.moved = moved

    def find_spec(self, name, path=None, target=None) -> ModuleSpec | None:
        if name not in self.moved:
            return None
        package = any(old.startswith(f'{name}.') for old in self.moved)
        return ModuleSpec(name, _Loader(self.moved), is_package=package)


class _Loader(Loader):
    def __init__(self, moved: dict[str, list[str]]) -> None:
        self.moved = moved

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        new = self.moved[spec.name]
        warnings.warn(
            f'{spec.name} has moved to {" and ".join(new)}; the old name goes with the '
            'next release.',
            DeprecationWarning,
            stacklevel=2,
        )
        alias = ModuleType(spec.name)
        for module in map(import_module, new):
            parts = {k: v for k, v in vars(module).items() if not k.startswith('__')}
            alias.__dict__.update(parts)
        return alias

    def exec_module(self, module: ModuleType) -> None:
        """Does nothing: the modules at the new names have run."""


def moved_attribute(package: str, name: str, homes: dict[str, str]) -> Any:
    """Finds a name that a package had in version 0.1; for its ``__getattr__``.

    Args:
        package: The package.
        name: The name.
        homes: Name -> module that has it today.

    Raises:
        AttributeError: The package never had this name.
    """
    if name not in homes:
        raise AttributeError(f'module {package!r} has no attribute {name!r}')
    warnings.warn(
        f'{package}.{name} has moved to {homes[name]}; the old name goes with the next '
        'release.',
        DeprecationWarning,
        stacklevel=3,
    )
    return getattr(import_module(homes[name]), name)
