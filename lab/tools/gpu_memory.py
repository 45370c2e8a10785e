"""Estimates on a CPU how much GPU memory the trainings on DFEW need.

    python lab/tools/gpu_memory.py                             # prints the tables
    python lab/tools/gpu_memory.py --docs docs/performance.md  # writes them

Weights are random and clips are generated: neither changes what a step keeps.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

from mmengine.config import Config

import tgdfer_mm  # noqa: F401  registers everything, repairs what has to be
from lab.benchmark.gpu_memory import choice_lines, sums_lines, training_sums
from lab.marked_place import write_between
from lab.study_command import checked_page
from tgdfer_mm.paths import config_dir

CONFIGS = ('tgdfer_dfew_vit-b32', 'tgdfer_dfew')
PRECISIONS = {'bf16': True, 'fp32': False}


def parse_args() -> argparse.Namespace:
    """Parses the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--docs', type=Path, help='page to write, *.md')
    return parser.parse_args()


def main() -> None:
    """Measures, and prints or writes the tables."""
    page = checked_page(parse_args().docs, 'gpu memory')
    measured = []
    for name in CONFIGS:
        cfg = Config.fromfile(config_dir() / f'{name}.py')
        for precision, bf16 in PRECISIONS.items():
            measured.append((name, precision, training_sums(cfg, bf16)))
    lines = ['', *choice_lines(measured), '', *sums_lines(measured), '']
    if page is None:
        print('\n'.join(lines))
    else:
        write_between(page, 'gpu memory', lines)
        print(page)


if __name__ == '__main__':
    main()
