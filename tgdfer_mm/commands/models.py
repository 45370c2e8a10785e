"""Lists the models for videos, and keeps a choice."""

from argparse import Namespace

from rich.padding import Padding
from rich.text import Text

from ..catalogue import (
    BAN,
    Entry,
    catalogue,
    default_model,
    find_entry,
    set_default_model,
)
from ..terminal import Terminal
from ..video.errors import UsageError


def run(args: Namespace, console: Terminal | None = None) -> int:
    """Lists the models or keeps the choice; returns the exit code."""
    console = console or Terminal(soft_wrap=False)
    if args.default is not None:
        return _choose(args.default, console)
    chosen = default_model() or 'demo'
    for entry in catalogue().values():
        _show(entry, entry.name == chosen, console)
    console.print(
        'Get one: `tgdfer models get NAME`. Use it: `tgdfer infer VIDEO --model NAME`. '
        'Always: `tgdfer models --default NAME`. ' + BAN.replace('use it', 'use them')
    )
    return 0


def _choose(name: str, console: Terminal) -> int:
    entry = find_entry(name)
    if not entry.here:
        raise UsageError(
            f'{name} is not on this machine yet: `tgdfer models get {name}` fetches it'
        )
    path = set_default_model(name)
    console.print(
        f'{name} is used from now on where no --model is given ({path}).',
        soft_wrap=True,
    )
    return 0


def _show(entry: Entry, chosen: bool, console: Terminal) -> None:
    state = Text('here', 'green') if entry.here else 'not here'
    default = ', default' if chosen else ''
    console.print(Text.assemble((entry.name, 'bold'), '  ', state, default))
    size = 'size unknown' if entry.megabytes is None else f'{entry.megabytes:g} MB'
    lines = [
        f'{entry.domain} faces: {", ".join(entry.knows) or "no classes of its own"}',
        f'trained on {entry.trained_on}; terms of the data: {entry.terms}',
        f'weights: {entry.licence}, {size}, from: {entry.source["host"]}',
        f'published: {entry.score} ({entry.score_source})',
    ]
    if 'where' in entry.source:
        lines.append(entry.source['where'])
    for line in lines:
        console.print(Padding(line, (0, 0, 0, 4)))
