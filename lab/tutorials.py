"""Commands and files of the tutorials in docs/, read from the pages."""

import os
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

from .paths import DOCS, ROOT


class CommandError(RuntimeError):
    """A command of the page failed; the message has its output."""


def _blocks(page: str, language: str) -> list[str]:
    text = (DOCS / page).read_text(encoding='utf-8')
    pattern = rf'^```{language}\n(.*?)^```'
    return re.findall(pattern, text, re.DOTALL | re.MULTILINE)


def page_commands(page: str) -> list[str]:
    """The lines of a page's blocks of commands, in their order.

    Args:
        page: Name of a file in docs/.
    """
    lines = [line for each in _blocks(page, 'bash') for line in each.splitlines()]
    return [line for line in lines if line]


def write_files(page: str, folder: Path) -> list[Path]:
    """Writes a page's Python blocks that begin with a name, ``# mine.py``, as files.

    Args:
        page: Name of a file in docs/.
        folder: Folder to write to.
    """
    written = []
    for block in _blocks(page, 'python'):
        if found := re.match(r'# (\w+\.py)\b', block):
            written.append(folder / found[1])
            written[-1].write_text(block, encoding='utf-8')
    return written


def run_command(command: str, folder: Path, *more: str) -> float:
    """Runs one of them in a folder, with this Python and this checkout.

    Args:
        command: The line; it may begin with ``PYTHONPATH=.``.
        folder: Working folder.
        *more: Further arguments.

    Returns:
        The seconds that it took.

    Raises:
        CommandError: Its exit code is not 0.
    """
    program, *words = shlex.split(command, comments=True)
    paths = [str(ROOT)]
    if program == 'PYTHONPATH=.':
        paths, (program, *words) = ['.', *paths], words
    if program == 'tgdfer':
        words = ['-m', 'tgdfer_mm', *words]
    elif (ROOT / words[0]).is_file():
        words[0] = str(ROOT / words[0])  # of the checkout
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *words, *more],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, 'PYTHONPATH': os.pathsep.join(paths)},
    )
    if done.returncode:
        raise CommandError(f'{command}\n{done.stdout}\n{done.stderr}')
    return time.perf_counter() - began
