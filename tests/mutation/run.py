"""Draws small faults in the code and says which of them the tests notice.

    python tests/mutation/run.py [--number 200] [--seed 0] [--only PATTERN] ...

See README.md in this folder.
"""

import argparse
import json
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from fnmatch import fnmatch
from pathlib import Path

from judging import PACKAGE, Verdict, copy_tree, judge, preload
from mutants import Mutant, draw

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
# A mutant is given so many times what its tests take as they are, and some seconds.
PATIENCE, GRACE = 4.0, 30.0
UNCHANGED = 1800.0  # seconds for all tests on the code as it is


def main(argv: Sequence[str] | None = None) -> None:
    """The command."""
    args = _parse(argv)
    table = read_table(FOLDER / 'tests_of.json')
    files = [name for name in table if fnmatch(name, args.only)]
    if not files:
        sys.exit(f'--only {args.only!r} fits no file of tests_of.json')
    mutants = draw(ROOT, files, args.number, args.seed)
    if args.list:
        for mutant in mutants:
            print(_where(mutant))
        return
    start = time.monotonic()
    # As Ctrl-C: a run that is told to end takes its fork and its copy along.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit('ended by SIGTERM'))
    preload()
    with tempfile.TemporaryDirectory(prefix='mutation-') as folder:
        tree = Path(folder, 'tree')
        copy_tree(ROOT, tree)
        seconds = _check_unchanged(tree, mutants, table)
        rows = []
        for number, mutant in enumerate(mutants, 1):
            verdict = _try(tree, mutant, table[mutant.file], seconds)
            rows.append(_row(mutant, verdict))
            by = f'  [{verdict.test}]' if verdict.test else ''
            print(
                f'{number:3} {verdict.kind:11} {verdict.seconds:5.1f} s  '
                f'{_where(mutant)}{by}',
                flush=True,
            )
    counts = dict(Counter(row['kind'] for row in rows))
    minutes = round((time.monotonic() - start) / 60, 1)
    print(f'{len(rows)} mutants, seed {args.seed}, {minutes} min: {counts}')
    if args.out:
        content = dict(
            seed=args.seed, only=args.only, minutes=minutes, counts=counts, mutants=rows
        )
        args.out.write_text(json.dumps(content, indent=2) + '\n', encoding='utf-8')


def read_table(path: Path) -> dict[str, list[str]]:
    """Which files are mutated, and which tests judge each, the quickest first.

    Raises:
        SystemExit: A file of the table is not there.
    """
    table = json.loads(path.read_text('utf-8'))
    named = {name for file, tests in table.items() for name in (file, *tests)}
    absent = sorted(name for name in named if not (ROOT / name).is_file())
    if absent:
        sys.exit(f'{path}: there is no {", ".join(absent)}; correct the table')
    return table


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--number', type=int, default=200, help='how many faults')
    parser.add_argument('--seed', type=int, default=0, help='of the draw')
    parser.add_argument(
        '--only',
        default='*',
        metavar='PATTERN',
        help='files that fit, such as */video/*',
    )
    parser.add_argument(
        '--list', action='store_true', help='show the faults and run nothing'
    )
    parser.add_argument('--out', type=Path, help='JSON file for the verdicts')
    return parser.parse_args(argv)


def _check_unchanged(
    tree: Path, mutants: Sequence[Mutant], table: dict[str, list[str]]
) -> dict[str, float]:
    """The seconds that each file of tests takes on the code as it is.

    Raises:
        SystemExit: Tests fail or are skipped without any fault: they could judge none.
    """
    needed = sorted({test for mutant in mutants for test in table[mutant.file]})
    print(f'running {len(needed)} files of tests on the code as it is', flush=True)
    verdict = judge(tree, f'{PACKAGE}/__init__.py', needed, UNCHANGED)
    if verdict.kind != 'survived':
        sys.exit(f'no faults yet, but {verdict.kind}: {verdict.test}')
    silent = sorted(set(needed) - set(verdict.by_file))
    if silent:
        sys.exit(f'nothing in {", ".join(silent)} was run')
    print(f'they pass, in {verdict.seconds:.0f} s', flush=True)
    return verdict.by_file


def _try(
    tree: Path, mutant: Mutant, tests: Sequence[str], seconds: dict[str, float]
) -> Verdict:
    """Judges one mutant; the copy is as it was afterwards."""
    path = tree / mutant.file
    original = path.read_text('utf-8')
    path.write_text(mutant.source, 'utf-8')
    try:
        limit = GRACE + PATIENCE * sum(seconds[test] for test in tests)
        return judge(tree, mutant.file, tests, limit)
    finally:
        path.write_text(original, 'utf-8')


def _row(mutant: Mutant, verdict: Verdict) -> dict:
    row = asdict(mutant) | asdict(verdict)
    del row['source'], row['by_file']
    return row


def _where(mutant: Mutant) -> str:
    return f'{mutant.file}:{mutant.line}  {mutant.operator}  {mutant.changed}'


if __name__ == '__main__':
    main()
