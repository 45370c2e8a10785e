"""The commands of docs/own_tutorial.md, as they stand there."""

import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

from .paths import ROOT

PAGE = ROOT / 'docs/own_tutorial.md'
CLASSES = 'happy', 'surprise', 'angry'


class CommandError(RuntimeError):
    """A command of the page fails; the message has what it printed."""


def tutorial_commands() -> list[str]:
    """The lines of the page's blocks of commands, in their order."""
    text = PAGE.read_text(encoding='utf-8')
    blocks = re.findall(r'^```bash\n(.*?)^```', text, re.DOTALL | re.MULTILINE)
    return [line for block in blocks for line in block.splitlines() if line]


def run_command(command: str, folder: Path, *more: str) -> float:
    """Runs one of them in a folder, with this Python and this checkout.

    Args:
        command: The line.
        folder: Where to run it.
        *more: Further arguments.

    Returns:
        The seconds that it took.

    Raises:
        CommandError: Its exit code is not 0.
    """
    program, *words = shlex.split(command)
    if program == 'tgdfer':
        words = ['-m', 'tgdfer_mm', *words]
    else:
        words[0] = str(ROOT / words[0])  # of the checkout
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *words, *more], cwd=folder, capture_output=True, text=True
    )
    if done.returncode:
        raise CommandError(f'{command}\n{done.stdout}\n{done.stderr}')
    return time.perf_counter() - began
