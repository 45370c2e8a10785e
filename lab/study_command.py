"""Common parts of the commands of studies: options, run and end."""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from lab.evidence.quiet import hushed
from lab.evidence.train import OtherConfigError
from lab.marked_place import find_place
from tgdfer_mm.apis.writing import prepare_folder
from tgdfer_mm.locks import BusyError
from tgdfer_mm.video.checks import Number


def study_parser(doc: str, name: str) -> argparse.ArgumentParser:
    """A parser with ``--out``, ``work_dirs/<name>`` by default, and ``--docs``."""
    parser = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--out', type=Path, default=Path('work_dirs') / name)
    parser.add_argument('--docs', type=Path, help='page to write the tables into')
    return parser


def add_repeats(parser: argparse.ArgumentParser, default: int | None) -> None:
    """Adds ``--repeats``; without a default those of the study's plan count."""
    text = None if default else 'by default those of the plan'
    parser.add_argument('--repeats', type=int, default=default, help=text)


def checked_repeats(repeats: int) -> int:
    """The number of repeats, checked.

    Raises:
        UsageError: It is below 1.
    """
    return Number(least=1, whole=True).check('--repeats', repeats)


def checked_page(page: Path | None, mark: str | None = None) -> Path | None:
    """The page of ``--docs``, if it can be written; called before anything is measured.

    If it cannot be written, this ends the program with a sentence.

    Args:
        page: The page; None if none was asked for.
        mark: Mark of the place for the tables; None if the whole page is written.
    """
    if page is None:
        return None
    try:
        if page.is_dir():
            raise ValueError(f'{page} is a folder, not a file')
        if mark:
            find_place(page, mark)
        prepare_folder(page.parent, '--docs')
    except (OSError, ValueError) as error:
        sys.exit(f'Nothing is measured, since --docs cannot be written: {error}')
    return page


def say(line: str) -> None:
    """Prints a line at once."""
    print(line, flush=True)


@contextmanager
def measuring(*errors: type[Exception]) -> Iterator[None]:
    """Uses one thread and silences mmengine; an error that a user can mend ends the
    program with its sentence.

    Args:
        *errors: Further errors of the study that a user can mend.
    """
    torch.set_num_threads(1)
    try:
        with hushed():
            yield
    except (BusyError, OtherConfigError, *errors) as error:
        sys.exit(str(error))


def tell(lines: list[str], docs: Path | None, write: Callable[[Path], None]) -> None:
    """Prints the tables, and writes them into a page if there is one."""
    print('\n'.join(lines))
    if docs:
        write(docs)
