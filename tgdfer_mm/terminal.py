"""The way to a terminal: nothing that was read from outside steers it.

A file, an archive or a checkpoint may have any name. Printed as it is, a name could
colour, overwrite or turn around what stands next to it. So all that commands print goes
through here, where such characters are written out, as ``\\x1b`` for an escape.
"""

import logging
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper

from rich.console import Console
from rich.text import Text

_FORMAT_WARNING = warnings.formatwarning


def visible(text: object) -> str:
    """A text in which every character can be seen; its lines and tabs stay."""
    text = str(text)
    return ''.join(c if c.isprintable() or c in '\n\t' else _name(c) for c in text)


def one_line(name: object) -> str:
    """A name as it can be shown: :func:`visible`, and on one line."""
    return ''.join(c if c.isprintable() else _name(c) for c in str(name))


def _name(character: str) -> str:
    return character.encode('unicode_escape').decode('ascii')


class Terminal(Console):
    """A console for text from anywhere.

    No text is markup, the name of an emoji, or coloured as code is: styles are
    arguments, or a :class:`rich.text.Text` of our own words.
    """

    def __init__(self, **kwargs) -> None:
        super().__init__(markup=False, emoji=False, highlight=False, **kwargs)

    def render_str(self, text: str, **kwargs) -> Text:
        """Makes a text of a string, of which every character can be seen."""
        return super().render_str(visible(text), **kwargs)

    def note(self, text: object) -> None:
        """Prints what the user should know on one line."""
        self.print(Text('note:', 'yellow'), one_line(text), soft_wrap=True)

    def error(self, text: object) -> None:
        """Prints what went wrong, on one line."""
        self.print(Text('error:', 'red'), one_line(text), soft_wrap=True)


def say(*texts: object, sep: str = ' ') -> None:
    """Prints as ``print`` does."""
    print(visible(sep.join(map(str, texts))))


def complain(text: object, kind: str = 'error') -> None:
    """Prints ``error: ...`` on the error stream.

    Further lines are set in, so that no part of a text passes for an error of its own.
    """
    lines = visible(text).replace('\n', '\n  ')
    print(f'{kind}: {lines}', file=sys.stderr)


@contextmanager
def saying_only(logger: logging.Logger, level: int) -> Iterator[None]:
    """Without what a logger says below a level; afterwards it is as before."""
    before = logger.level
    logger.setLevel(level)
    try:
        yield
    finally:
        logger.setLevel(before)


def guard_streams() -> None:
    """Has warnings and logs of this process made visible, too.

    What the encoding of the terminal lacks is written out, and ends nothing.
    """
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors='backslashreplace')
    logging.setLogRecordFactory(_VisibleRecord)
    warnings.formatwarning = _format_warning
    from mmengine.logging import logger  # not above: options are read without it

    logger.print = say  # what mmengine says without a log, such as what it loads


class _VisibleRecord(logging.LogRecord):
    def getMessage(self) -> str:
        return visible(super().getMessage())


def _format_warning(*args, **kwargs) -> str:
    return visible(_FORMAT_WARNING(*args, **kwargs))
