"""The program of the process that decodes; it is run as a script and never imported.

It imports PyAV, NumPy and those modules of this package that need nothing else. It ends
as soon as its standard input is closed, so it never outlives the process that asks.

A request is a line of JSON: `do` names the method, the other keys are its arguments. An
answer has two lengths, then JSON of the first length and bytes of the second length.
"""

import importlib
import json
import os
import queue
import struct
import sys
import threading
import traceback
import types
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[2]


def main() -> None:
    """Answers requests until there are no more."""
    asked = json.loads(sys.argv[1])
    _limit(asked['memory'], asked['cpu'])
    sys.path += asked['paths']
    out = os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)  # text that libraries print must not mix with the answers
    requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()
    work = Work()
    while True:
        request = json.loads(requests.get())
        try:
            said, data = getattr(work, request.pop('do'))(**request)
        except MemoryError:
            said, data = dict(error='MemoryError', text=''), b''
        except Exception as err:
            trace = traceback.format_exc()
            said = dict(error=type(err).__name__, text=str(err), trace=trace)
            data = b''
        text = json.dumps(said).encode()
        _write(out, struct.pack('>II', len(text), len(data)) + text)
        _write(out, data)


def _limit(memory: int, cpu: int) -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    wanted = [(resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, cpu)]
    for kind, most in [*wanted, (resource.RLIMIT_CORE, 0)]:
        hard = resource.getrlimit(kind)[1]
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        try:
            resource.setrlimit(kind, (most, most))
        except (OSError, ValueError):  # macOS does not have every limit
            continue


def _listen(requests: queue.SimpleQueue) -> None:
    for line in sys.stdin.buffer:
        requests.put(line)
    os._exit(0)  # also from a decoder that never returns


def _write(out: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(out, view) :]
        except BrokenPipeError:
            os._exit(0)


def load(name: str) -> types.ModuleType:
    """Imports a module of the package, and nothing that its packages import."""
    parts = name.split('.')
    for end in range(1, len(parts)):
        package = '.'.join(parts[:end])
        if package not in sys.modules:
            module = types.ModuleType(package)
            module.__path__ = [str(_PACKAGE.joinpath(*parts[1:end]))]
            sys.modules[package] = module
    return importlib.import_module(name)


class Work:
    """The requests that are answered; each method returns plain data and bytes."""

    def __init__(self) -> None:
        self._kept = {}

    def open(self, path: str, formats: str | None, max_pixels: int) -> tuple:
        """Opens a video."""
        reader = load('tgdfer_mm.video.video_file').VideoFileSource
        self._source = reader(Path(path), formats, max_pixels)
        self._frames = iter(self._source)
        return dict(info=self._source.info.asdict(), total=self._source.total), b''

    def next(self, drop: list[int]) -> tuple:
        """Gives the next frame, after dropping some old ones."""
        for index in drop:
            del self._kept[index]
        frame = next(self._frames, None)
        if frame is None:
            return dict(problems=self._source.problems, notes=self._source.notes), b''
        width, height = frame.stored_size
        facts = [frame.index, frame.time, width, height, frame.turns, frame.scale]
        if frame.convert is None:
            return dict(frame=facts), frame.rgb.tobytes()
        self._kept[frame.index] = frame
        return dict(frame=facts), b''

    def convert(self, index: int, width: int, height: int) -> tuple:
        """Gives a frame's stored picture in the requested size."""
        frame = self._kept[index]
        return {}, frame.convert(frame.stored, width, height).tobytes()

    def call(self, module: str, name: str, paths: list[str]) -> tuple:
        """Calls a function of the package with paths; it returns plain data."""
        return dict(said=getattr(load(module), name)(*map(Path, paths))), b''


if __name__ == '__main__':
    main()
