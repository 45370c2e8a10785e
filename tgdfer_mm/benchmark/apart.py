"""Steps in a process of their own, which leave no trace in this one."""

from collections.abc import Callable
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from types import TracebackType

from .pairs import Step


class Apart:
    """A process that makes steps and takes one whenever this one waits for it.

    Modules that it imports, options of its allocator and its memory are its own. Use it
    as a context, which ends the process.

    Args:
        make: Function of a module; gives the steps by name. They return when they are
            done, on an accelerator too.
        args: Its arguments.

    Raises:
        BaseException: What `make` raised there.
    """

    def __init__(self, make: Callable[..., dict[str, Step]], *args) -> None:
        context = get_context('spawn')
        self._pipe, other = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(other, make, args), daemon=True
        )
        self._process.start()
        other.close()
        self._hear()

    def __enter__(self) -> 'Apart':
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pipe.close()
        self._process.join()

    def step(self, name: str) -> Step:
        """One of its steps, as if it were here; raises what it raised there."""
        return partial(self._take, name)

    def _take(self, name: str) -> None:
        self._pipe.send(name)
        self._hear()

    def _hear(self) -> None:
        error = self._pipe.recv()
        if error is not None:
            raise error


def _serve(pipe: Connection, make: Callable[..., dict[str, Step]], args: tuple) -> None:
    try:
        steps = make(*args)
        pipe.send(None)
        while True:
            steps[pipe.recv()]()
            pipe.send(None)
    except EOFError:  # the other side has closed the pipe: it is done
        return
    except BaseException as error:  # is raised on the other side
        pipe.send(error)
