"""Measures the speed and the memory of reading a long video, and the time of each
stage.

python lab/tools/benchmark_video.py --minutes 60 --docs docs/performance.md

Draws a film of 25 seconds, plays it over and over in one file of 640 x 360 pixels, and
reads that in a process of its own.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

from lab.benchmark.video_stages import decoding_rate, put_table, stages_of
from lab.film import FilmSpec, write_film
from lab.video_writing import repeat_video
from tgdfer_mm.apis import DFERInferencer
from tgdfer_mm.files import write_text
from tgdfer_mm.video.analysis import Analysis


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--minutes', type=float, default=60.0)
    parser.add_argument('--width', type=int, default=640)
    parser.add_argument('--model', default='demo')
    parser.add_argument('--every', type=int, help='read every n-th frame')
    parser.add_argument(
        '--threads', type=int, help='threads of torch; by default its own choice'
    )
    parser.add_argument('--device', default='cpu', help='device of the model')
    parser.add_argument(
        '--alone', action='store_true', help='read in a single thread, to compare'
    )
    parser.add_argument('--docs', metavar='PAGE', help='page that gets the tables')
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
        # In a separate process, since drawing needs memory, too.
        command = [sys.executable, __file__, *sys.argv[1:], '--read', str(long)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    report, shares = json.loads(done.stdout.splitlines()[-1])
    shown = report | {name: f'{share:.1%}' for name, share in shares.items()}
    for name, value in shown.items():
        print(f'{name:>26}  {value}')
    if args.docs:
        page = Path(args.docs)
        text = put_table(page.read_text(encoding='utf-8'), report, shares)
        write_text(page, text)


def measure(args: argparse.Namespace) -> tuple[dict, dict]:
    """Reads the file; returns the figures, and the share of each stage."""
    if args.threads:
        torch.set_num_threads(args.threads)
    Analysis.in_threads = not args.alone
    inferencer = DFERInferencer(args.model, device=args.device, every=args.every)
    before = _peak()
    with stages_of(inferencer) as stages:
        start, busy = time.perf_counter(), time.process_time()
        [result] = inferencer.iterate(args.read)
        took, busy = time.perf_counter() - start, time.process_time() - busy
    source = result['source']
    report = {
        'picture': f'{source["width"]}x{source["height"]}',
        'video': f'{source["duration"] / 60:.1f} min, {source["frames"]} frames',
        'tracks': len(result['tracks']),
        'took': f'{took / 60:.1f} min',
        'frames/s': round(source['frames'] / took, 1),
        'decoding alone': f'{decoding_rate(args.read):.0f} frames/s',
        'times real time': round(source['duration'] / took, 2),
        'CPU seconds': f'{busy / source["duration"]:.3f} a second of video',
        'peak memory': f'{_peak():.0f} MB ({before:.0f} MB before the first frame)',
        'torch': f'{torch.__version__}, {torch.get_num_threads()} threads',
        'threads': 'one' if args.alone else 'reading, detecting, tracking, model',
        'load of the machine': f'{os.getloadavg()[1]:.1f} on {os.cpu_count()} cores',
        'machine': f'{platform.machine()}, Python {platform.python_version()}',
    }
    return report, stages.shares(busy)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == '__main__':
    main()
