"""Public names of the package, read from its files without importing it.

A name is public if a config can name it (it is registered) or if a module lists it in
``__all__``. All other names may change without notice.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ..paths import ROOT

PACKAGE = 'tgdfer_mm'


@dataclass(frozen=True)
class PublicName:
    """A public class, function or value.

    Attributes:
        path: Module and name, with dots, where it is defined.
        summary: First sentence of its docstring.
        registry: Name of the registry that it is in, e.g. ``MODELS``; empty if none.
        key: Its name in a config; empty if it is not registered.
    """

    path: str
    summary: str
    registry: str = ''
    key: str = ''

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition('.')[2]


class Module:
    """A module of the package, read from its file.

    Args:
        name: With dots.
        path: Its file.
    """

    def __init__(self, name: str, path: Path) -> None:
        self.name, self.path = name, path
        self.tree = ast.parse(path.read_text(encoding='utf-8'))

    @property
    def room(self) -> str:
        """The package that it is in, or itself if it is one."""
        return self.name if self.path.name == '__init__.py' else self.parent

    @property
    def parent(self) -> str:
        """The package around it."""
        return self.name.rpartition('.')[0]

    @property
    def summary(self) -> str:
        """First sentence of its docstring."""
        return _first_sentence(self.tree)

    @cached_property
    def definitions(self) -> dict[str, ast.AST]:
        """Its own definitions, by name."""
        found: dict[str, ast.AST] = {}
        for node in self.tree.body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                found[node.name] = node
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                for target in getattr(node, 'targets', None) or [node.target]:
                    names = (n for n in ast.walk(target) if isinstance(n, ast.Name))
                    found |= {each.id: node for each in names}
        return found

    @cached_property
    def imports(self) -> dict[str, tuple[str, str]]:
        """Module and name there of each name that it imports from the package."""
        found = {}
        for node in self.tree.body:
            if not isinstance(node, ast.ImportFrom):
                continue
            base = node.module or ''
            if node.level:
                parts = self.room.split('.')[: 1 - node.level or None]
                base = '.'.join([*parts, *filter(None, [node.module])])
            for each in node.names:
                found[each.asname or each.name] = (base, each.name)
        return found

    @cached_property
    def exports(self) -> list[str]:
        """The names in ``__all__``, without those of other lists that it adds."""
        node = self.definitions.get('__all__')
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.List):
            return []
        return [e.value for e in node.value.elts if isinstance(e, ast.Constant)]

    def registered(self) -> Iterator[PublicName]:
        """Names that it registers by a decorator."""
        for node in self.definitions.values():
            for each in getattr(node, 'decorator_list', ()):
                if not isinstance(each, ast.Call) or not isinstance(
                    each.func, ast.Attribute
                ):
                    continue
                if each.func.attr == 'register_module':
                    named = [k.value for k in each.keywords if k.arg == 'name']
                    keys = [ast.literal_eval(n) for n in [*each.args, *named]]
                    yield PublicName(
                        f'{self.name}.{node.name}',
                        _first_sentence(node),
                        ast.unparse(each.func.value),
                        (keys or [node.name])[0],
                    )


def _first_sentence(node: ast.AST) -> str:
    try:
        text = ast.get_docstring(node) or ''
    except TypeError:  # a value, which has none
        return ''
    return ' '.join(text.split('\n\n')[0].split())


def read_modules() -> dict[str, Module]:
    """All modules of the package by their name, but the shipped configs."""
    found = {}
    for path in sorted((ROOT / PACKAGE).rglob('*.py')):
        parts = path.relative_to(ROOT).with_suffix('').parts
        if path.name == '__init__.py':
            parts = parts[:-1]
        if 'configs' not in parts[:-1]:
            found['.'.join(parts)] = Module('.'.join(parts), path)
    return found


def registered_names(modules: dict[str, Module]) -> list[PublicName]:
    """Everything that a config can name."""
    return [name for module in modules.values() for name in module.registered()]


def exported_names(modules: dict[str, Module]) -> list[tuple[str, PublicName]]:
    """Names that modules list in ``__all__``, each once, with the room that lists it.

    Registered names are left out. So are modules and what is not the package's own.
    """
    seen = {each.path for each in registered_names(modules)}
    found = []
    for module in sorted(modules.values(), key=lambda each: each.name):
        for name in module.exports:
            home, own = _defined_in(modules, module, name)
            if home is None or (path := f'{home.name}.{own}') in seen:
                continue
            seen.add(path)
            summary = _first_sentence(home.definitions[own])
            found.append((module.room, PublicName(path, summary)))
    return found


def names_by_room(modules: dict[str, Module]) -> dict[str, list[PublicName]]:
    """All public names by the room that they are found in, in alphabetical order."""
    pairs = exported_names(modules)
    for each in registered_names(modules):
        module = modules[each.path.rpartition('.')[0]]
        pairs.append((module.room, each))
    rooms: dict[str, list[PublicName]] = {}
    for room, name in sorted(pairs, key=lambda pair: (pair[0], pair[1].name.lower())):
        rooms.setdefault(room, []).append(name)
    return rooms


def _defined_in(
    modules: dict[str, Module], module: Module, name: str
) -> tuple[Module | None, str]:
    """The module that a name comes from and its name there; None if it is not ours."""
    while name not in module.definitions:
        base, name = module.imports.get(name, ('', name))
        if base not in modules or f'{base}.{name}' in modules:
            return None, name
        module = modules[base]
    return module, name
