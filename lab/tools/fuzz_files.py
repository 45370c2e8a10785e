"""Damages checkpoints, caches, packs, indexes and lists, and runs commands on them.

    python lab/tools/fuzz_files.py --seed 0 --count 200

Each command has to end within 60 seconds, with a documented exit code and without a
traceback. A file with a checksum has to be refused, or to give the result of the
undamaged file.
"""

import argparse
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code
os.environ.setdefault('CUDA_VISIBLE_DEVICES', '')

import torch

import tgdfer_mm  # noqa: F401  registers everything, repairs what has to be
import tgdfer_mm.apis
import tgdfer_mm.protocol  # noqa: F401  imported once, before all forks
from lab.fuzz.file_judge import fuzz
from lab.fuzz.samples import make_workshop


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parses the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--count', type=int, default=200)
    parser.add_argument(
        '--only', default='', help='only kinds of files with this text in their name'
    )
    return parser.parse_args(argv)


def main() -> int:
    """Prints each case and a summary; returns 1 if a case failed."""
    args = parse_args()
    torch.set_num_threads(1)
    codes, bad = Counter(), []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        samples = [s for s in make_workshop(root) if args.only in s.kind]
        for number, verdict in enumerate(fuzz(samples, root, args.seed, args.count), 1):
            codes[verdict.code] += 1
            what = f'{verdict.sample.kind}: {verdict.damage}'
            print(f'{number:4} {what}: {verdict.problem or verdict.code}', flush=True)
            if verdict.problem:
                bad.append(f'{what}: {verdict.problem}\n{verdict.said}')
    print('\n\n'.join(bad))
    print(f'{sum(codes.values())} files, exit codes {dict(codes)}, {len(bad)} bad')
    return 1 if bad else 0


if __name__ == '__main__':
    raise SystemExit(main())
