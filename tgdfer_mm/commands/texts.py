"""Compares texts with each other, before they become the classes of a video."""

from argparse import Namespace

from rich.table import Table
from rich.text import Text

from ..apis.model_loading import load_model
from ..apis.near_texts import compare_texts, nearly_same
from ..apis.usable_model import naming_the_model
from ..catalogue import default_model
from ..terminal import Terminal, one_line
from ..video.checks import Number
from ..video.errors import InputError, UsageError

_NEAR = Number(least=-1, most=1)


def run(args: Namespace, console: Terminal | None = None) -> int:
    """Prints the cosines and the pairs that are nearly the same.

    Raises:
        UsageError: A model or texts cannot be used.
    """
    console = console or Terminal(soft_wrap=False)
    least = _NEAR.check('--near', args.near)
    name = args.model or default_model() or 'demo'
    try:
        with naming_the_model(name, args.checkpoint):
            loaded = load_model(name, args.checkpoint)
            classes, cosines = compare_texts(loaded, args.texts)
    except InputError as err:
        raise UsageError(str(err)) from err
    table = Table(title=f'cosines of the texts, by {one_line(loaded.about["name"])}')
    table.add_column('class')
    for number in range(1, len(classes) + 1):
        table.add_column(str(number), justify='right')
    for number, (each, row) in enumerate(zip(classes, cosines, strict=True), 1):
        cells = [f'{value:.2f}' for value in row]
        table.add_row(f'{number}  {one_line(each)}', *cells)
    console.print(table)
    pairs = nearly_same(classes, cosines, least)
    for pair in pairs:
        console.print(
            Text('nearly the same:', 'yellow'),
            f'{pair.first!r} and {pair.second!r} ({pair.cosine:.3f})',
            soft_wrap=True,
        )
    if not pairs:
        console.print(f'No two texts have a cosine of {least:g} or more.')
    return 0
