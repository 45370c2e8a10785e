"""Measures how fast a long video is read, and in how much memory.

python lab/tools/benchmark_video.py --minutes 60

Draws a film of 25 seconds, plays it over and over in one file of 640 x 360 pixels, and
reads that in a process of its own.
"""

import argparse
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

from lab.film import FilmSpec, write_film
from lab.video_writing import repeat_video
from tgdfer_mm.apis import DFERInferencer


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--minutes', type=float, default=60.0)
    parser.add_argument('--width', type=int, default=640)
    parser.add_argument('--model', default='demo')
    parser.add_argument('--every', type=int, help='frames from look to look')
    parser.add_argument('--threads', type=int, help="torch's; its own choice if left")
    parser.add_argument('--read', metavar='FILE', help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.read:
        print(json.dumps(measure(args)))
        return
    with tempfile.TemporaryDirectory() as folder:
        film, long = Path(folder, 'film.mp4'), Path(folder, 'long.mp4')
        spec = FilmSpec(width=args.width)
        seconds = write_film(film, spec)['frames'] / spec.fps
        repeat_video(film, long, max(1, round(args.minutes * 60 / seconds)))
        # In a process of its own: drawing takes memory too.
        command = [sys.executable, __file__, *sys.argv[1:], '--read', str(long)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    report = json.loads(done.stdout.splitlines()[-1])
    for name, value in report.items():
        print(f'{name:>20}  {value}')


def measure(args: argparse.Namespace) -> dict:
    """Reads the file; returns what is to be reported."""
    if args.threads:
        torch.set_num_threads(args.threads)
    inferencer = DFERInferencer(args.model, device='cpu', every=args.every)
    before, start, busy = _peak(), time.perf_counter(), time.process_time()
    [result] = inferencer.iterate(args.read)
    took, busy = time.perf_counter() - start, time.process_time() - busy
    source = result['source']
    return {
        'picture': f'{source["width"]}x{source["height"]}',
        'video': f'{source["duration"] / 60:.1f} min, {source["frames"]} frames',
        'tracks': len(result['tracks']),
        'took': f'{took / 60:.1f} min',
        'frames/s': round(source['frames'] / took, 1),
        'times real time': round(source['duration'] / took, 2),
        'CPU seconds': f'{busy / source["duration"]:.3f} a second of video',
        'peak memory': f'{_peak():.0f} MB ({before:.0f} MB before the first frame)',
        'torch': f'{torch.__version__}, {torch.get_num_threads()} threads',
        'machine': f'{platform.machine()}, Python {platform.python_version()}',
    }


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == '__main__':
    main()
