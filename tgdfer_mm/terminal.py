"""Prints to a terminal so that no text from outside can control it.

A file, an archive or a checkpoint may have any name. Printed unchanged, a name could
colour, overwrite or reverse the text next to it. So commands print all text through
this module, which writes such characters as codes, for instance ``\\x1b``.
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
    """A text in which every character is visible; its lines and tabs stay."""
    text = str(text)
    return ''.join(c if c.isprintable() or c in '\n\t' else _name(c) for c in text)


def one_line(name: object) -> str:
    """A name in a form for printing: :func:`visible`, and on one line."""
    return ''.join(c if c.isprintable() else _name(c) for c in str(name))


def _name(character: str) -> str:
    return character.encode('unicode_escape').decode('ascii')


class Terminal(Console):
    """A console for text from anywhere.

    No text is read as markup or as the name of an emoji, or coloured as code. Styles
    are arguments, or a :class:`rich.text.Text` of our own words.
    """

    def __init__(self, **kwargs) -> None:
        super().__init__(markup=False, emoji=False, highlight=False, **kwargs)

    def render_str(self, text: str, **kwargs) -> Text:
        """Makes a text of a string, in which every character is visible."""
        return super().render_str(visible(text), **kwargs)

    def note(self, text: object) -> None:
        """Prints a note for the user on one line."""
        self.print(Text('note:', 'yellow'), one_line(text), soft_wrap=True)

    def error(self, text: object) -> None:
        """Prints an error on one line."""
        self.print(Text('error:', 'red'), one_line(text), soft_wrap=True)


def say(*texts: object, sep: str = ' ') -> None:
    """Prints like ``print``."""
    print(visible(sep.join(map(str, texts))))


def complain(text: object, kind: str = 'error') -> None:
    """Prints ``error: ...`` on the error stream.

    Further lines are indented, so that no part of a text looks like another error.
    """
    lines = visible(text).replace('\n', '\n  ')
    print(f'{kind}: {lines}', file=sys.stderr)


@contextmanager
def saying_only(logger: logging.Logger, level: int) -> Iterator[None]:
    """Hides a logger's messages below a level; restores the level at the end."""
    before = logger.level
    logger.setLevel(level)
    try:
        yield
    finally:
        logger.setLevel(before)


def guard_streams() -> None:
    """Makes the characters of warnings and logs of this process visible, too.

    Characters that the terminal's encoding lacks are written as codes, without an
    error.
    """
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors='backslashreplace')
    logging.setLogRecordFactory(_VisibleRecord)
    warnings.formatwarning = _format_warning
    from mmengine.logging import logger  # not at the top: options are read without it

    logger.print = say  # messages of mmengine outside of a log


class _VisibleRecord(logging.LogRecord):
    def getMessage(self) -> str:
        return visible(super().getMessage())


def _format_warning(*args, **kwargs) -> str:
    return visible(_FORMAT_WARNING(*args, **kwargs))
