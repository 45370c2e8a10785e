"""The page of `tgdfer app`, served by the command, and a headless Chromium for it."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tgdfer_mm.paths import tools_dir

NAMES = ('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable')
# Chromium's sandbox needs rights that containers lack; it only opens our own page.
ARGUMENTS = ['--no-sandbox']
_ADDRESS = re.compile(r'http://localhost:\d+')


def find_chromium() -> str | None:
    """The path in CHROMIUM, or of a Chromium that is installed."""
    found = [os.environ.get('CHROMIUM'), *map(shutil.which, NAMES)]
    return next(filter(None, found), None)


@contextmanager
def served_page(temp: Path, port: int = 0) -> Iterator[str]:
    """Serves the page with the shipped model, and yields its address.

    Args:
        temp: Folder for what is uploaded.
        port: 0 takes any that is free.

    Raises:
        RuntimeError: The program ended before it served anything, or did not end as
            it should.
    """
    command = [sys.executable, str(tools_dir() / 'app.py'), '--model', 'demo']
    program = subprocess.Popen(
        [*command, '--port', str(port), '--temp', str(temp)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        found = next(filter(None, map(_ADDRESS.search, program.stdout)), None)
        if found is None:
            raise RuntimeError('the program ended before it served anything')
        yield found.group()
    finally:
        program.terminate()
        code = program.wait(60)
    if code not in (0, -15):
        raise RuntimeError(f'the program ended with {code}')
