"""Reads odd videos made at random, and judges each by a full decode with FFmpeg.

python lab/tools/fuzz_videos.py --seed 0 --count 200

Needs the commands ffmpeg and ffprobe. The exit code is 1 if a fault was found.
"""

import argparse
import io
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import traceback
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

from lab.fuzz.odd_videos import OddVideo, make_videos
from lab.fuzz.video_judge import judge

LIMIT = 60.0  # longest time for a video, seconds


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--count', type=int, default=200)
    parser.add_argument('--keep', help='folder to write to; by default temporary')
    parser.add_argument('--work', help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.work:
        return work(Path(args.work))
    if args.keep:
        return fuzz(Path(args.keep), args.seed, args.count)
    with tempfile.TemporaryDirectory() as folder:
        return fuzz(Path(folder), args.seed, args.count)


def fuzz(folder: Path, seed: int, count: int) -> int:
    """Makes the videos, reads them and prints the faults."""
    for each in ('videos', 'out'):
        shutil.rmtree(folder / each, ignore_errors=True)
    videos = make_videos(folder / 'videos', seed, count)
    print(f'{len(videos)} videos made', flush=True)
    kinds: Counter = Counter()
    codes: Counter = Counter()
    for video, (code, text) in zip(videos, read_all(videos, folder), strict=True):
        codes[code] += 1
        name = video.path.parent.name
        for wrong in judge(video, code, text, folder / 'out' / name):
            kinds[wrong.split(':')[0]] += 1
            damage = f'; {video.damage}' if video.damage else ''
            print(f'{name} {video.kind}{damage}\n    {wrong}', flush=True)
    print(f'\nexit codes  {dict(sorted(codes.items()))}')
    told = kinds.pop('not told by its format', 0)
    print(f'cut where the format leaves no trace  {told}')
    for kind, number in sorted(kinds.items()):
        print(f'{kind:>20}  {number}')
    print(f'{sum(kinds.values())} findings over {len(videos)} videos, seed {seed}')
    return 1 if kinds else 0


def read_all(videos: list[OddVideo], folder: Path) -> list[tuple[int, str]]:
    """Exit code and output of each video; a process reads videos until it dies."""
    results: list[tuple[int, str]] = []
    while len(results) < len(videos):
        jobs = [
            [str(v.path), str(folder / 'out' / v.path.parent.name)]
            if v.path.is_relative_to(folder)
            else [str(v.path), str(folder / 'out' / v.path.parent.name)]
            for v in videos[len(results) :]
        ]
        (folder / 'jobs.json').write_text(json.dumps(jobs))
        results += _one_process(folder / 'jobs.json', len(jobs))
    return results


def _one_process(jobs: Path, count: int) -> list[tuple[int, str]]:
    command = [sys.executable, __file__, '--work', str(jobs)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    lines: queue.Queue = queue.Queue()

    def listen() -> None:
        for line in process.stdout:
            lines.put(line)
        lines.put('')

    threading.Thread(target=listen, daemon=True).start()
    lines.get()  # it has loaded its model
    results = []
    while len(results) < count:
        try:
            line = lines.get(timeout=LIMIT)
        except queue.Empty:
            process.kill()
            process.wait()
            return [*results, (-1, f'hang: more than {LIMIT:.0f} s')]
        if not line:
            return [*results, (process.wait(), 'the process died')]
        results.append(tuple(json.loads(line)))
    process.wait()
    return results


def work(jobs: Path) -> int:
    """Reads the videos of a list with the command; prints a line for each."""
    out, sys.stdout = os.fdopen(os.dup(1), 'w'), sys.stderr
    os.dup2(2, 1)
    from tgdfer_cli.main import parse
    from tgdfer_mm.apis import DFERInferencer, command
    from tgdfer_mm.terminal import Terminal

    inferencer = DFERInferencer('demo', device='cpu', show_progress=False)
    command._inferencer = lambda args: inferencer  # loaded once
    print('ready', file=out, flush=True)
    for path, folder in json.loads(jobs.read_text()):
        text, path = io.StringIO(), Path(path)
        os.chdir(path.parent)
        name = path.name if path.name[0] != '-' else f'./{path.name}'
        try:
            args = parse('infer', [name, '--out', folder])
            code = command.run(args, Terminal(file=text, width=200))
        except Exception:
            code = 1
            text.write(traceback.format_exc())
        print(json.dumps([code, text.getvalue()]), file=out, flush=True)
    return 0


if __name__ == '__main__':
    raise SystemExit(main())
