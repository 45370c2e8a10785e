"""What commands of studies share: their options, how they run, and their end."""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from lab.evidence.quiet import hushed
from lab.evidence.train import OtherConfigError
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
    """The number, if it is one.

    Raises:
        UsageError: It is below 1.
    """
    return Number(least=1, whole=True).check('--repeats', repeats)


def say(line: str) -> None:
    """Prints a line at once."""
    print(line, flush=True)


@contextmanager
def measuring(*errors: type[Exception]) -> Iterator[None]:
    """One thread and a quiet mmengine; what a user can mend ends with its sentence.

    Args:
        *errors: Those of the study besides a busy folder and another config.
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
