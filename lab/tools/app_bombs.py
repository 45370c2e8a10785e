"""Sends four files with too large pictures to the page, and measures the page.

Each is small and states 16,000 x 16,000 pixels: a PNG, a JPEG, and two films of JPEGs.
Prints the answers of the page, the slowest other answer during this time, and the peak
memory of the page with all of its processes.

python lab/tools/app_bombs.py --port 7861
"""

import argparse
import http.client
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # the checkout's own code

from lab.many_pixels import as_large, black_png
from lab.video_writing import write_video

SIDE = 16_000


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--port', type=int, default=7861)
    port = parser.parse_args().port
    bombs = make_bombs()
    command = [sys.executable, '-m', 'tgdfer_mm', 'app', '--port', str(port)]
    with subprocess.Popen(command, cwd=ROOT) as page:
        try:
            while not answers(port):
                if page.poll() is not None:
                    sys.exit('the page has ended')
                time.sleep(0.2)
            alone = memory(page.pid)
            peak, slowest, said = watch(page.pid, port, bombs)
        finally:
            page.terminate()
    for name, answer in said.items():
        print(f'{name:8} {len(bombs[name]) / 1e3:6.0f} kB: {answer}')
    print(f'memory {alone:.2f} GB alone, {peak:.2f} GB at most')
    print(f'the page and a state took {slowest:.2f} s at most')


def make_bombs() -> dict[str, bytes]:
    """The four files."""
    black = np.zeros((64, 64, 3), np.uint8)
    jpeg = cv2.imencode('.jpg', black)[1].tobytes()
    bombs = {'png': black_png(SIDE, SIDE), 'jpeg': as_large(jpeg, SIDE)}
    with tempfile.TemporaryDirectory() as folder:
        for name in ('jpeg.avi', 'jpeg.mov'):
            path = Path(folder, name)
            write_video(path, [black] * 3, 10, codec='mjpeg', pixels='yuvj420p')
            bombs[name] = as_large(path.read_bytes(), SIDE)
    return bombs


def answers(port: int) -> bool:
    """True if the page answers."""
    try:
        ask(port, 'GET', '/')
    except OSError:
        return False
    return True


def ask(
    port: int, method: str, path: str, body: bytes | None = None, visitor: int = 0
) -> str:
    """The status and the text of an answer."""
    link = http.client.HTTPConnection('127.0.0.1', port, timeout=120)
    own = {'X-TGDFER': '1', 'X-Forwarded-For': f'10.0.0.{visitor}'}
    link.request(method, path, body, own)
    answer = link.getresponse()
    return f'{answer.status} {answer.read().decode(errors="replace")}'


def watch(pid: int, port: int, bombs: dict[str, bytes]) -> tuple:
    """Peak memory in GB, the longest wait for the page in seconds, and the answers."""
    said: dict[str, str] = {}

    def send(name: str, visitor: int) -> None:
        said[name] = ask(port, 'POST', '/jobs', bombs[name], visitor)

    threads = [
        threading.Thread(target=send, args=[name, visitor])
        for visitor, name in enumerate(bombs)
    ]
    for thread in threads:
        thread.start()
    peak = slowest = 0.0
    while any(thread.is_alive() for thread in threads):
        for path in ('/', '/jobs/nobody'):
            start = time.monotonic()
            ask(port, 'GET', path)
            slowest = max(slowest, time.monotonic() - start)
        peak = max(peak, memory(pid))
    return peak, slowest, said


def memory(pid: int) -> float:
    """Resident memory of a process and of those that it started, GB."""
    parents, sizes = {}, Counter()
    for folder in Path('/proc').glob('[0-9]*'):
        try:
            parts = (folder / 'stat').read_text().rpartition(')')[2].split()
        except OSError:  # it has just ended
            continue
        parents[int(folder.name)] = int(parts[1])
        sizes[int(folder.name)] = int(parts[21]) * os.sysconf('SC_PAGE_SIZE')
    ours = {pid}
    while more := {p for p, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return sum(sizes[p] for p in ours) / 1e9


if __name__ == '__main__':
    main()
