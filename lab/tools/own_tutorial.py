"""Runs the commands of the tutorial of own clips, then all folds of its clips.

    python lab/tools/own_tutorial.py --folder work_dirs/own_tutorial

Reads the commands from docs/own_tutorial.md and times each of them. Fails if the new
video gets no label of the classes, or if the UAR of all folds is below --least. This
UAR is that of all clips pooled, averaged over the seeds.
"""

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

from lab.tutorials import page_commands, run_command

CLASSES = 'happy', 'surprise', 'angry'


def main() -> None:
    """Runs the tutorial and all folds."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--folder', type=Path, default=Path('work_dirs/own_tutorial'))
    parser.add_argument('--least', type=float, default=80.0, help='UAR, percent')
    args = parser.parse_args()
    folder = args.folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    *steps, folds = page_commands('own_tutorial.md')
    seconds = 0.0
    for command in steps:
        took = run_command(command, folder)
        seconds += took
        print(f'{took:6.1f} s  {command}', flush=True)
    print(f'{seconds:6.1f} s in all', flush=True)
    [found] = folder.rglob('result.json')
    classes = json.loads(found.read_text(encoding='utf-8'))['model']['classes']
    print(f'infer names {", ".join(classes)}')
    took = run_command(folds, folder)
    [written] = folder.glob('work_dirs/*/results.json')
    report = json.loads(written.read_text(encoding='utf-8'))
    pooled = report['summary']['pooled']['UAR']
    print(f'{took:6.1f} s  {folds}')
    values = ', '.join(f'{each["pooled"]["UAR"]:.1f}' for each in report['by_seed'])
    print(f'UAR of all clips: {pooled["mean"]:.1f}, the mean of {values}')
    if sorted(classes) != sorted(CLASSES) or pooled['mean'] < args.least:
        sys.exit(f'needed are the classes {CLASSES} and a UAR of {args.least}')


if __name__ == '__main__':
    main()
