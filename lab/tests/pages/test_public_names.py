"""The reference, read from files, has every public name that importing finds."""

import importlib
import types

import pytest
from mmengine.registry import Registry

from lab.pages import public_names
from lab.pages.reference import reference_pages

MODULES = public_names.read_modules()
ROOMS = public_names.names_by_room(MODULES)
NAMES = {name.path: name for names in ROOMS.values() for name in names}


@pytest.fixture(scope='module')
def imported() -> dict[str, types.ModuleType]:
    """All modules of the package, but those that start programs or change the start."""
    return {
        name: importlib.import_module(name)
        for name in MODULES
        if not name.endswith('__main__')
    }


def test_everything_registered_is_in_the_reference_under_its_name(imported):
    tables = {
        id(value): (name, value)
        for module in imported.values()
        for name, value in vars(module).items()
        if isinstance(value, Registry)
    }
    registered = {
        (table, key, f'{part.__module__}.{part.__qualname__}')
        for table, value in tables.values()
        for key, part in value.module_dict.items()
        if part.__module__ in MODULES and '<locals>' not in part.__qualname__
    }
    listed = {(n.registry, n.key, n.path) for n in NAMES.values() if n.registry}
    assert len(registered) > 100
    assert listed == registered


def test_everything_exported_is_in_the_reference(imported):
    listed = {name.name for name in NAMES.values()}
    exported = {
        name: getattr(module, name)
        for module in imported.values()
        for name in getattr(module, '__all__', ())
    }
    ours = {
        name
        for name, value in exported.items()
        if not isinstance(value, types.ModuleType)
        and getattr(value, '__module__', 'tgdfer_mm').startswith('tgdfer_mm')
    }
    assert len(ours) > 200
    assert ours - listed == set()


def test_every_public_class_and_function_says_what_it_is():
    nothing = [
        each.path
        for each in NAMES.values()
        if not each.summary and not each.name.isupper() and not each.name[0] == '_'
    ]
    assert nothing == []


def test_every_name_has_its_place_on_a_page_and_every_command_its_help():
    pages = {path: text for _, path, text in reference_pages(MODULES)}
    for room, names in ROOMS.items():
        page = pages[f'reference/{room.removeprefix("tgdfer_mm.")}.md']
        assert all(f'::: {each.path}\n' in page for each in names)
    index = pages['reference/index.md']
    assert all(f'#{n.path})' in index for n in NAMES.values() if n.registry)
    assert 'usage: tgdfer data prepare' in pages['reference/commands.md']
