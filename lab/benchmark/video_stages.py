"""CPU time of the stages of reading a video, in all threads."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from unittest import mock

from tgdfer_mm.apis import DFERInferencer
from tgdfer_mm.video.following import FollowedFaces
from tgdfer_mm.video.reading import open_source
from tgdfer_mm.video.shots import ShotDetector
from tgdfer_mm.video.tracking import Tracker
from tgdfer_mm.video.video_file import VideoFileSource

START, END = '<!-- stages: begin -->', '<!-- stages: end -->'
REST = 'the rest'


class Stages:
    """Sums the CPU seconds of stages; no stage is inside another one."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self._lock = threading.Lock()

    def timed(self, name: str, function: Callable) -> Callable:
        """The function; its calls count for a stage."""

        def call(*args, **kwargs):
            start = time.thread_time()
            try:
                return function(*args, **kwargs)
            finally:
                self._add(name, time.thread_time() - start)

        return call

    def timed_items(self, name: str, function: Callable) -> Callable:
        """The same for a function that returns an iterator: each item counts."""

        def items(*args) -> Iterator:
            made, end = function(*args), object()
            following = self.timed(name, lambda: next(made, end))
            while (item := following()) is not end:
                yield item

        return items

    def _add(self, name: str, seconds: float) -> None:
        with self._lock:
            self.seconds[name] += seconds

    def shares(self, total: float) -> dict[str, float]:
        """Share of each stage in all CPU seconds, and the rest."""
        parts = dict(self.seconds)
        parts[REST] = max(0.0, total - sum(parts.values()))
        return {name: seconds / total for name, seconds in parts.items()}


@contextmanager
def stages_of(inferencer: DFERInferencer) -> Iterator[Stages]:
    """Counts the stages while an inferencer reads a video."""
    stages = Stages()
    places = [
        (VideoFileSource, '_frames', 'decoding', stages.timed_items),
        (ShotDetector, '__call__', 'finding cuts', stages.timed),
        (type(inferencer.detector), '__call__', 'face detector', stages.timed),
        (Tracker, '_update', 'assigning faces to tracks', stages.timed),
        (FollowedFaces, 'crop', 'converting and cropping', stages.timed),
        (type(inferencer.runtime), 'predict', 'model', stages.timed),
    ]
    with ExitStack() as stack:
        for owner, name, stage, timed in places:
            function = timed(stage, getattr(owner, name))
            stack.enter_context(mock.patch.object(owner, name, _method(function)))
        yield stages


def _method(function: Callable) -> Callable:
    return lambda *args, **kwargs: function(*args, **kwargs)


def decoding_rate(path: str, most: int = 3000) -> float:
    """Frames per second of decoding alone."""
    with open_source(path) as source:
        start = time.perf_counter()
        count = sum(1 for _ in zip(range(most), source, strict=False))
        return count / (time.perf_counter() - start)


def put_table(page: str, report: dict, shares: dict[str, float]) -> str:
    """A page with the shares and the report between its two marks.

    Raises:
        ValueError: The page lacks the marks.
    """
    if START not in page or END not in page:
        raise ValueError(f'the page lacks {START} and {END}')
    before, rest = page.split(START)
    _, after = rest.split(END)
    lines = ['| stage | share of the processor time |', '|---|---|']
    ordered = sorted(shares.items(), key=lambda each: (each[0] == REST, -each[1]))
    lines += [f'| {name} | {share:.0%} |' for name, share in ordered]
    lines += ['', '| quantity | value |', '|---|---|']
    lines += [f'| {name} | {value} |' for name, value in report.items()]
    return before + '\n'.join([START, '', *lines, '', END]) + after
