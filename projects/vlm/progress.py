"""Progress of asking, on the error stream."""

import sys
from typing import Self

from rich import progress

from .report import Record

_LINES = 10  # in a log file


class Progress:
    """A bar on a terminal, ten lines in a log.

    Args:
        total: How many clips there are.
    """

    def __init__(self, total: int) -> None:
        self._total, self._next = total, 1
        self._bar = None
        if sys.stderr.isatty():
            from tgdfer_mm.terminal import Terminal

            self._bar = progress.Progress(
                *progress.Progress.get_default_columns(), console=Terminal(stderr=True)
            )

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
            self._task = self._bar.add_task('clips', total=self._total)
        return self

    def __exit__(self, *error: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def step(self, record: Record) -> None:
        """Shows that one more clip is done."""
        count = len(record.outcomes)
        if self._bar is not None:
            self._bar.update(self._task, completed=count)
        elif count * _LINES >= self._next * self._total:
            self._next = count * _LINES // max(1, self._total) + 1
            failed = sum(bool(each.failure) for each in record.outcomes.values())
            print(
                f'{count} of {self._total} clips, {failed} without an answer, '
                f'tokens {sum(record.tokens)}',
                file=sys.stderr,
            )
