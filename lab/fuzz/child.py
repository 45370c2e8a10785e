"""Runs a command in a forked process, for a limited time."""

import os
import signal
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

LIMIT = 60  # seconds


def run_command(words: Sequence[str], folder: Path, log: Path) -> int | None:
    """Runs ``tgdfer`` with these arguments.

    Args:
        words: The command line.
        folder: Working folder.
        log: File for the output.

    Returns:
        The exit code, negative for a signal; None if it did not end in time.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if not child:
        _run(words, folder, log)
    start = time.monotonic()
    while time.monotonic() - start < LIMIT:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _run(words: Sequence[str], folder: Path, log: Path) -> None:
    from tgdfer_cli.main import main

    code = 1
    try:
        os.setsid()
        out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(out, 1)
        os.dup2(out, 2)
        sys.stdout = sys.stderr = os.fdopen(out, 'w')
        os.chdir(folder)
        try:
            code = main(words)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
            if isinstance(end.code, str):
                print(end.code, file=sys.stderr)
        except BaseException:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code or 0)
