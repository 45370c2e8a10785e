"""Kills the reading of many videos, continues in two processes, and compares.

python lab/tools/many_videos.py

Draws 40 short videos in folders in folders; some are broken, cut off or without a face.
One run reads them all. Another one is killed at the 15th video, and two shards continue
at the same time. The exit code is 1 unless each video is in the summary once, and every
file equals that of the uninterrupted run.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # the checkout's own code

from lab.film import FilmSpec, write_film
from lab.video_writing import write_video


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--count', type=int, default=40)
    parser.add_argument(
        '--kill-at', type=int, default=15, help='video at which the run is killed'
    )
    parser.add_argument('--pictures', action='store_true', help='draw them, too')
    parser.add_argument('--keep', help='folder to write to; by default temporary')
    args = parser.parse_args()
    if args.keep:
        return try_it(Path(args.keep), args)
    with tempfile.TemporaryDirectory() as folder:
        return try_it(Path(folder), args)


def try_it(folder: Path, args: argparse.Namespace) -> int:
    """Makes the videos, reads them in both ways, and prints differences."""
    videos, whole, killed = (folder / name for name in ('videos', 'whole', 'killed'))
    names = make_videos(videos, args.count)
    print(f'{len(names)} videos made', flush=True)
    options = [] if args.pictures else ['--no-pictures']
    start = time.monotonic()
    with started(videos, whole, *options) as run:
        run.communicate()
    took = time.monotonic() - start
    print(f'not killed: {took:.0f} s, code {run.returncode}', flush=True)
    kill(started(videos, killed, *options), killed, args.kill_at)
    shards = [
        started(videos, killed, '--shard', part, *options) for part in ('1/2', '2/2')
    ]
    for number, shard in enumerate(shards, 1):
        said = shard.communicate()[0]
        print(f'shard {number}: code {shard.returncode}')
        print(''.join(f'    {line}\n' for line in said.splitlines() if line[:1] != '['))
    wrong = [*compare(whole, killed), *check_summary(killed, names)]
    print('\n'.join(wrong) or 'one summary, each video once, all files the same')
    return 1 if wrong else 0


def make_videos(folder: Path, count: int) -> list[str]:
    """Writes the videos; returns their names."""
    names = []
    for number in range(count):
        parent = ['', 'b', 'b/c'][number % 3]
        ending = 'mkv' if number % 10 == 9 else 'mp4'
        name = f'{parent}/{number // 3}.{ending}'.lstrip('/')
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        names.append(name)
        if number % 10 == 7:
            path.write_bytes(b'this is no video')
        elif number % 10 == 8:
            write_video(path, [np.full((96, 128, 3), 40, np.uint8)] * 10, 10)
        else:
            spec = FilmSpec(seed=number, width=192, fps=10, shot=1.5, empty=0.0)
            write_film(path, spec)
        if number % 10 == 9:
            content = path.read_bytes()
            path.write_bytes(content[: len(content) * 3 // 4])
    (folder / 'notes.txt').write_text('no video')
    return names


def started(videos: Path, out: Path, *options: str) -> subprocess.Popen:
    """A process of ``tgdfer infer``."""
    command = [sys.executable, str(ROOT / 'tools/infer.py'), str(videos)]
    return subprocess.Popen(
        [*command, '--model', 'demo', '--out', str(out), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def kill(run: subprocess.Popen, out: Path, at: int) -> None:
    """Kills a run when it has started one of the videos."""
    with run:
        for line in run.stdout:
            if line.startswith(f'[{at - 1}/'):
                break
        while run.poll() is None and not list(out.rglob('.*.lock')):
            pass
        run.kill()
    left = [str(path.relative_to(out)) for path in out.rglob('.*.lock')]
    rows = len(list(out.rglob('row.json')))
    print(
        f'killed (code {run.returncode}) after {rows} videos; its claims: {left}',
        flush=True,
    )


def compare(first: Path, second: Path) -> list[str]:
    """Differences between two folders, as sentences."""
    files = [
        {str(path.relative_to(each)) for path in each.rglob('*') if path.is_file()}
        for each in (first, second)
    ]
    wrong = [f'{name} is in one of them only' for name in sorted(files[0] ^ files[1])]
    same = sorted(files[0] & files[1])
    print(f'{len(same)} files compared')
    for name in same:
        if (first / name).read_bytes() != (second / name).read_bytes():
            wrong.append(f'{name} differs')
    return wrong


def check_summary(out: Path, names: list[str]) -> list[str]:
    """Faults of a summary, as sentences."""
    lines = (out / 'summary.jsonl').read_text(encoding='utf-8').splitlines()
    rows = [json.loads(line) for line in lines]
    states = [row['state'] for row in rows]
    print({state: states.count(state) for state in dict.fromkeys(states)})
    found = sorted(row['name'] for row in rows)
    return [] if found == sorted(names) else [f'the summary has {found}']


if __name__ == '__main__':
    raise SystemExit(main())
