"""Sends videos to the page like many visitors at once, and prints times and errors.

pip install locust
python lab/tools/load_page.py --visitors 200 --seconds 60

Starts `tgdfer app` with the given model, only for this machine. Needs Linux.
"""

import argparse
import csv
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # the checkout's own code


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--visitors', type=int, default=200)
    parser.add_argument('--seconds', type=int, default=60)
    parser.add_argument('--model', default='demo')
    parser.add_argument(
        '--video', help='video to send; by default a drawn film of four seconds'
    )
    args = parser.parse_args()
    if find_spec('locust') is None:
        print('error: locust is missing: pip install locust', file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        return load(args, Path(folder))


def load(args: argparse.Namespace, folder: Path) -> int:
    """Starts the page and its visitors; the exit code is 1 after an error."""
    video = args.video or _draw(folder)
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        port = str(probe.getsockname()[1])
    env = os.environ | dict(PYTHONPATH=str(ROOT), TGDFER_LOAD_VIDEO=str(video))
    app = [sys.executable, str(ROOT / 'tools' / 'app.py'), '--model', args.model]
    temp = folder / 'temp'
    temp.mkdir()
    page = subprocess.Popen([*app, '--port', port, '--temp', str(temp)], env=env)
    try:
        while socket.socket().connect_ex(('127.0.0.1', int(port))):
            if page.poll() is not None:
                return 1
            time.sleep(0.2)
        at_rest = _memory(page.pid, 'VmRSS')
        _visit(args, port, folder, env)
        peak, after = (_memory(page.pid, name) for name in ('VmHWM', 'VmRSS'))
        page.send_signal(signal.SIGINT)
        code = page.wait(60)
    finally:
        page.kill()
    rows = _rows(folder / 'load_stats.csv')
    failed = sum(int(row['Failure Count']) for row in rows.values())
    failed += len((folder / 'load_exceptions.csv').read_text().splitlines()) - 1
    for line in describe(rows, args):
        print(line)
    print(f'memory: {at_rest} MB at rest, {peak} MB at most, {after} MB afterwards')
    print(f'errors: {failed}; exit code {code}; left over: {len(list(temp.iterdir()))}')
    return int(failed > 0 or code != 130 or any(temp.iterdir()))


def describe(rows: dict[str, dict[str, str]], args: argparse.Namespace) -> list[str]:
    """The lines of the table, from Locust's statistics by name."""
    lines = ['| request | a minute | 50 % | 99 % | longest |', '|---|---|---|---|---|']
    for name, row in rows.items():
        minute = round(int(row['Request Count']) * 60 / args.seconds)
        times = [f'{float(row[k]):.0f} ms' for k in ('50%', '99%', '100%')]
        times = ['', '', ''] if name == 'done' else times
        lines.append(f'| {name} | {minute} | {" | ".join(times)} |')
    return lines


def _visit(args: argparse.Namespace, port: str, folder: Path, env: dict) -> None:
    words = ['--headless', '--only-summary', '--loglevel', 'ERROR']
    words += ['--users', str(args.visitors), '--spawn-rate', str(args.visitors / 5)]
    words += ['--run-time', f'{args.seconds}s', '--csv', str(folder / 'load')]
    words += ['--host', f'http://127.0.0.1:{port}', '--stop-timeout', '0']
    visitors = str(ROOT / 'lab' / 'load' / 'visitors.py')
    subprocess.run([sys.executable, '-m', 'locust', '-f', visitors, *words], env=env)


def _rows(file: Path) -> dict[str, dict[str, str]]:
    with file.open(newline='') as lines:
        rows = {row['Name']: row for row in csv.DictReader(lines)}
    rows.pop('Aggregated')
    return rows


def _memory(process: int, name: str) -> int:
    """Memory of a process, MB: `VmRSS` is its size now, `VmHWM` its peak."""
    lines = Path(f'/proc/{process}/status').read_text().splitlines()
    [line] = [line for line in lines if line.startswith(f'{name}:')]
    return int(line.split()[1]) // 1024


def _draw(folder: Path) -> Path:
    from lab.film import FilmSpec, write_film

    write_film(folder / 'film.mp4', FilmSpec(shot=2.0, empty=0.0))
    return folder / 'film.mp4'


if __name__ == '__main__':
    raise SystemExit(main())
