"""Steps in a separate process, which do not change this one."""

import traceback
from collections.abc import Callable
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection

from .pairs import Step


class Apart:
    """A process that builds steps, and runs one when this process asks for it.

    It has its own imported modules, options of the allocator, and memory. Use it as a
    context, which ends the process.

    Args:
        make: Function of a module; it returns the steps by name. A step returns when it
            is finished, also on an accelerator.
        args: Its arguments.

    Raises:
        SystemExit: `make` raised it there.
        RuntimeError: The process ended otherwise; it has printed why.
    """

    def __init__(self, make: Callable[..., dict[str, Step]], *args) -> None:
        context = get_context('spawn')
        self._name = f'{make.__module__}.{make.__name__}'
        self._pipe, other = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(other, make, args), daemon=True
        )
        self._process.start()
        other.close()
        self._hear()

    def __enter__(self) -> 'Apart':
        return self

    def __exit__(self, *error) -> None:
        self._process.terminate()  # the process only waits, so that it can be killed
        self._process.join()
        self._pipe.close()

    def step(self, name: str) -> Step:
        """One of its steps, as a function of this process.

        If a step fails, the process ends, and this raises the errors of the
        constructor.
        """
        return partial(self._take, name)

    def _take(self, name: str) -> None:
        try:
            self._pipe.send(name)
        except ConnectionError as error:
            raise self._ended() from error
        self._hear()

    def _hear(self) -> None:
        try:
            refused = self._pipe.recv()
        except (EOFError, ConnectionError) as error:
            raise self._ended() from error
        if refused is not None:
            self._process.join()
            raise SystemExit(refused)

    def _ended(self) -> RuntimeError:
        self._process.join()
        return RuntimeError(
            f'The process of {self._name} ended with exit code '
            f'{self._process.exitcode}; what it printed says why.'
        )


def _serve(pipe: Connection, make: Callable[..., dict[str, Step]], args: tuple) -> None:
    try:
        steps = make(*args)
        pipe.send(None)
        while True:
            steps[pipe.recv()]()
            pipe.send(None)
    except SystemExit as refused:
        pipe.send(str(refused))
    except Exception:
        traceback.print_exc()
        raise SystemExit(1) from None
