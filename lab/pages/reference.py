"""The reference: a page for each room with public names, an index, and the commands."""

from collections.abc import Iterator

from tgdfer_cli.main import COMMANDS, make_parser

from ..markdown import table_lines
from .public_names import PACKAGE, Module, PublicName, names_by_room

_INTRO = """# Reference

Everything that a config can name, by the registry that it is in. What a module lists
in `__all__` is on the page of its room, see the menu. These two kinds of names are
public: a change of them is in the [changelog](../repository/CHANGELOG.md). All others
may change without notice.

The commands and their options are on [a page of their own](commands.md).
"""


def reference_pages(modules: dict[str, Module]) -> Iterator[tuple[str, str, str]]:
    """Title, path and Markdown of each page, in the order of the menu."""
    rooms = names_by_room(modules)
    yield 'Registered parts', 'reference/index.md', _index(rooms)
    yield 'Commands', 'reference/commands.md', _commands()
    for room, names in rooms.items():
        text = f'# {room}\n\n{modules[room].summary}\n\n' + '\n'.join(
            f'::: {each.path}\n' for each in names
        )
        yield _short(room), _page_of(room), text


def _short(room: str) -> str:
    return room.removeprefix(f'{PACKAGE}.')


def _page_of(room: str) -> str:
    return f'reference/{_short(room)}.md'


def _index(rooms: dict[str, list[PublicName]]) -> str:
    kinds: dict[str, list[list[str]]] = {}
    for room, names in rooms.items():
        for each in names:
            if each.registry:
                link = f'[`{each.key}`]({_short(room)}.md#{each.path})'
                row = [link, f'`{_short(room)}`', each.summary]
                kinds.setdefault(each.registry, []).append(row)
    lines = [_INTRO]
    for kind, rows in sorted(kinds.items()):
        table = table_lines(['name in a config', 'room', 'what it is'], rows)
        lines += [f'## {kind}', '', *table, '']
    return '\n'.join(lines)


def _commands() -> str:
    text = '# Commands\n\nWhat `tgdfer COMMAND --help` prints.\n'
    for name in COMMANDS:
        text += f'\n## tgdfer {name}\n\n```text\n{make_parser(name).format_help()}```\n'
    return text
