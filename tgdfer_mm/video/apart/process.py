"""The process that decodes, as it is started and asked from this process."""

import json
import os
import selectors
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...files import parse_json
from .. import errors
from ..errors import InputError
from ..optional_packages import need

_CHILD = Path(__file__).with_name('child.py')
_HEAD = struct.Struct('>II')
_TEXT = 1 << 24  # bytes; the JSON of an answer is never longer
_LOOK = 0.25  # seconds between two checks whether the work is still wanted
_ERRORS = ('InputError', 'NoVideoError', 'MissingPackage')


@dataclass(frozen=True)
class ProcessLimits:
    """The limits of a process that decodes.

    Attributes:
        memory: Bytes of address space. A video of 8K needs up to 1.6 GB.
        cpu: Seconds of processor time, added over all processors.
        patience: Seconds in which it must answer.
    """

    memory: int = 2 << 30
    cpu: int = 3600
    patience: float = 30.0


class DecodingProcess:
    """Starts the process; it ends with :meth:`close`, and with this process.

    Args:
        name: Name of the file, for messages.
        limits: Its limits.
        heed: Is called at least four times a second while this process waits for an
            answer. If it raises an error, the waiting ends.
    """

    def __init__(
        self,
        name: str,
        limits: ProcessLimits | None = None,
        heed: Callable[[], None] = lambda: None,
    ) -> None:
        self._name, self._limits, self._heed = name, limits or ProcessLimits(), heed
        places = {str(Path(p.__file__).parents[1]) for p in (need('av'), np)}
        asked = dict(
            memory=self._limits.memory, cpu=self._limits.cpu, paths=sorted(places)
        )
        # Neither the user's start-up files nor this folder's modules are imported.
        command = [sys.executable, '-I', '-S', '-B', str(_CHILD), json.dumps(asked)]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            # Every thread of a library uses address space.
            env={**os.environ, 'OPENBLAS_NUM_THREADS': '1', 'MALLOC_ARENA_MAX': '2'},
            start_new_session=True,  # Ctrl-C is handled in this process
        )
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._process.stdout, selectors.EVENT_READ)

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def ask(
        self, do: str, picture: tuple[int, ...] | None = None, **arguments: Any
    ) -> tuple[dict[str, Any], np.ndarray]:
        """Asks for something and waits for the answer.

        Args:
            do: A method of :class:`.child.Work`.
            picture: Shape that the picture must have; None accepts any.
            **arguments: Arguments of the method, plain data.

        Returns:
            Plain data, and the bytes that came with them (in the given shape).

        Raises:
            InputError: The process crashed, took too long or too much memory, or
                reported an error of the file.
        """
        end = time.monotonic() + self._limits.patience
        line = json.dumps(dict(do=do, **arguments)).encode() + b'\n'
        try:
            self._process.stdin.write(line)
        except BrokenPipeError:
            raise self.broken() from None
        text, size = _HEAD.unpack(self._read(_HEAD.size, end))
        most = 3 * (1 << 27) if picture is None else int(np.prod(picture))
        if text > _TEXT or size > most:
            raise self.broken()
        try:
            said = parse_json(self._read(text, end).tobytes())
        except ValueError:
            raise self.broken() from None
        data = self._read(size, end)
        if not isinstance(said, dict):
            raise self.broken()
        if 'error' in said:
            raise self._named(said)
        if picture is not None and size != most:
            raise self.broken()
        return said, data if picture is None else data.reshape(picture)

    def _read(self, count: int, end: float) -> np.ndarray:
        data = np.empty(count, np.uint8)
        view = memoryview(data)
        while view:
            self._heed()
            ready = self._selector.select(_LOOK)
            if time.monotonic() > end:  # also if the process sends single bytes
                raise InputError(
                    f'{self._name}: no picture came in {self._limits.patience:g} '
                    'seconds, so reading was given up. Convert the video first, for '
                    'example with ffmpeg'
                )
            if not ready:
                continue
            got = self._process.stdout.readinto(view)
            if not got:
                raise self.broken()
            view = view[got:]
        return data

    def _named(self, said: dict[str, Any]) -> Exception:
        if said['error'] in _ERRORS:
            return getattr(errors, said['error'])(str(said['text']))
        if said['error'] == 'MemoryError':
            return InputError(
                f'{self._name}: reading it takes more memory than the '
                f'{self._limits.memory / 1e9:.2g} GB that are allowed. Make its '
                'pictures smaller first'
            )
        return RuntimeError(f'the process that decodes: {said.get("trace")}')

    def broken(self) -> InputError:
        """The error for a process that has ended, or that gave a malformed answer."""
        try:
            code = self._process.wait(1.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        how = f'exit code {code}'
        if code < 0:
            how = f'signal {-code}'
            with suppress(ValueError):  # not every signal has a name
                how = signal.Signals(-code).name
        return InputError(
            f'{self._name}: the process that reads it broke down ({how}). The file is '
            'damaged, or reading it takes too much memory or time. Convert the video '
            'first, for example with ffmpeg'
        )

    def close(self) -> None:
        """Ends the process at once; a second call has no effect."""
        self._process.kill()
        self._process.wait()
        self._selector.close()
        self._process.stdin.close()
        self._process.stdout.close()

    def __enter__(self) -> 'DecodingProcess':
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
