"""A progress bar for the long steps over many files."""

from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.progress import track as rich_track


def track(steps: Iterable, total: int, what: str) -> Iterator:
    """Goes through the steps; on a terminal it shows how far it got, on stderr.

    Args:
        steps: What to go through.
        total: How many there are.
        what: What is being done.
    """
    console = Console(stderr=True)
    return rich_track(
        steps,
        what,
        total,
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
