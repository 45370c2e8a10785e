"""Finds the command that is asked for, reads its options and runs it."""

import gc
import re
import sys
from argparse import (
    SUPPRESS,
    Action,
    ArgumentDefaultsHelpFormatter,
    ArgumentParser,
    Namespace,
    RawDescriptionHelpFormatter,
)
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType
from typing import NoReturn

from .common import file_of_library, load_alone
from .last_words import sentence_of

COMMANDS = (
    'train',
    'test',
    'folds',
    'sweep',
    'compare',
    'groups',
    'calibrate',
    'infer',
    'find',
    'models get',  # before 'models', which it begins with
    'models',
    'texts',
    'app',
    'export',
    'convert',
    'publish',
    'data check',
    'data faces',
    'data movements',
    'data pack',
    'data prepare',
    'features',
)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command line.

    Args:
        argv: Words after ``tgdfer``; by default those of this process.

    Returns:
        The exit code of the command.

    Raises:
        SystemExit: After help, and if the command line cannot be read.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    name = next((n for n in COMMANDS if words[: len(n.split())] == n.split()), None)
    if name is None:
        return _overview(words)
    args = parse(name, words[len(name.split()) :])
    try:
        _import_package()
    except KeyboardInterrupt:  # it takes seconds
        print('stopped with Ctrl-C before anything was read', file=sys.stderr)
        return 130
    from tgdfer_mm.terminal import complain, guard_streams

    guard_streams()
    try:
        return _module(name).run(args)
    except KeyboardInterrupt:
        print('stopped with Ctrl-C; what was written is kept', file=sys.stderr)
        return 130
    except Exception as error:
        # An error that has an exit code is one that the user can correct.
        code, text = getattr(error, 'exit_code', None), _own_words(error)
        if code is None:
            code = 2 if isinstance(error, OSError) else 1
            text = sentence_of(error, text)
        complain(text)
        return code


def _own_words(error: Exception) -> str:
    """Text of an error, without the trace that torch adds in a loader's process."""
    text = str(error)
    if not (text.startswith('Caught ') and ' in DataLoader worker' in text):
        return text
    return re.split(r'^[\w.]+(?:Error|Exception): ', text, flags=re.MULTILINE)[
        -1
    ].strip()


def parse(name: str, words: Sequence[str]) -> Namespace:
    """Reads the options of a command, one of :data:`COMMANDS`."""
    words, extra = list(words), []
    if getattr(_module(name), 'PASSES_ON', False) and '--' in words:
        cut = words.index('--')
        words, extra = words[:cut], words[cut + 1 :]
    return make_parser(name).parse_args(words, Namespace(extra=extra))


class _Help(ArgumentDefaultsHelpFormatter, RawDescriptionHelpFormatter):
    """Help that names each default that is a value."""

    def _get_help_string(self, action: Action) -> str | None:
        if action.default is None or action.default is False or not action.help:
            return action.help
        if action.default in ('', []):
            return action.help
        return super()._get_help_string(action)


class _Parser(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Prints the error on one line; a file's name in it can have any character."""
        super().error(load_alone('terminal.py').one_line(message))


def make_parser(name: str) -> ArgumentParser:
    """Makes the parser of a command, one of :data:`COMMANDS`."""
    module = _module(name)
    parser = _Parser(
        prog=f'tgdfer {name}',
        description=module.__doc__,
        formatter_class=_Help,
        allow_abbrev=getattr(module, 'ALLOW_ABBREV', True),
    )
    module.add_arguments(parser)
    return parser


def _module(name: str) -> ModuleType:
    return import_module(f'tgdfer_cli.{name.replace(" ", "_")}')


def _import_package() -> None:
    """Imports the library, which every command needs, without collecting garbage.

    The import makes a million objects that all stay. Looking through them again and
    again takes a sixth of the time of the import, and half a second afterwards.
    """
    if 'tgdfer_mm' in sys.modules and hasattr(sys.modules['tgdfer_mm'], '__version__'):
        return
    enabled = gc.isenabled()
    gc.disable()
    try:
        import_module('tgdfer_mm')
    finally:
        gc.freeze()
        if enabled:
            gc.enable()


class _ShowVersion(Action):
    """Reads the version without importing the library."""

    def __call__(self, parser, *args) -> None:
        import runpy

        path = file_of_library('version.py')
        print('tgdfer', runpy.run_path(str(path))['__version__'])
        parser.exit()


def _overview(words: list[str]) -> int:
    """Lists the commands; after the word ``data`` only those about data."""
    group = [n for n in COMMANDS if n.split()[0] == words[0]] if words else []
    shown = group or COMMANDS
    lines = [f'  {n:16}{(_module(n).__doc__ or "").splitlines()[0]}' for n in shown]
    prog = f'tgdfer {words[0]}' if group else 'tgdfer'
    parser = _Parser(
        prog=prog,
        usage=f'{prog} COMMAND [options]',
        description='Dynamic facial expression recognition in video, guided by text.',
        epilog='commands:\n'
        + '\n'.join(lines)
        + '\n\n`tgdfer COMMAND --help` lists the options of a command.',
        formatter_class=RawDescriptionHelpFormatter,
    )
    if not group:
        parser.add_argument(
            *('--version', '-V'),
            action=_ShowVersion,
            nargs=0,
            help='print the version and exit',
        )
    parser.add_argument('command', nargs='?', help=SUPPRESS)
    rest = words[1:] if group else words
    if not rest:
        parser.print_help(sys.stderr)
        return 2
    asked = parser.parse_known_args(rest)[0].command
    if asked is None:
        parser.error(f'there is no command in {" ".join(rest)!r}')
    from difflib import get_close_matches

    known = [n.split()[-1] if group else n for n in shown]
    close = get_close_matches(asked, known, n=1)
    meant = f'; did you mean {close[0]!r}?' if close else ''
    parser.error(f'there is no command {asked!r}{meant}')
