"""Runs mmaction2's own unit tests with this package imported, and without it.

    python lab/tools/mmaction2_tests.py MMACTION2     # a checkout of mmaction2 1.2.0

With it, they run against the installed mmaction2; without it, against the checkout.
Every test that fails with it is named with its error, in three groups: those that fail
because of this package, those that fail because of NumPy 2, and all others (packages
that are not installed, the network, tests that upstream packages have outgrown). The
exit code is 1 if the first group has any.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[2]
# The tests look for the configs next to the package, where only a checkout has them.
START = """
import sys, pytest
{first}
from mmaction.testing import _utils
_utils.__file__ = {configs!r} + '/mmaction/testing/_utils.py'
sys.exit(pytest.main(sys.argv[1:]))
"""
PYTEST = ('-q', '-p', 'no:cacheprovider', '-W', 'ignore', '--tb=short')
PYTEST += ('--continue-on-collection-errors',)
NUMPY_2 = ("module 'numpy'", 'NumPy 2', 'out of bounds for uint8', '0-dimensional')


def parse_args() -> argparse.Namespace:
    """Parses the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('checkout', type=Path, help="folder of mmaction2's repository")
    parser.add_argument(
        '--only', default='', help='only this folder of tests, such as datasets'
    )
    return parser.parse_args()


def outcomes(folder: Path, only: str, first: str, path: Path) -> dict[str, str]:
    """Runs the tests, one process for each folder, and returns the outcome of each
    test.

    Args:
        folder: Working copy of the checkout, without the package itself.
        only: The one folder in ``tests`` to run; empty for all.
        first: Python that runs before the tests.
        path: Folder that Python searches first for packages.

    Returns:
        By the name of each test: the line that names the error, or an empty text if
        there was none.
    """
    code = START.format(first=first, configs=str(folder))
    places = [str(path), *filter(None, [os.environ.get('PYTHONPATH')])]
    found = {}
    for piece in sorted((folder / 'tests').glob(only or '*')):
        if not any(piece.rglob('test_*.py')):
            continue
        report = folder / 'report.xml'
        report.unlink(missing_ok=True)
        options = [*PYTEST, f'--junitxml={report}', str(piece)]
        subprocess.run(
            [sys.executable, '-c', code, *options],
            cwd=folder,
            env={**os.environ, 'PYTHONPATH': os.pathsep.join(places)},
            stdout=sys.stderr,
        )
        if not report.is_file():
            found[piece.name] = 'the process ended before its tests did'
            continue
        for case in ElementTree.parse(report).iter('testcase'):
            failed = [e for e in case if e.tag in ('failure', 'error')]
            name = f'{case.get("classname")}::{case.get("name")}'
            found[name] = _error(failed[0]) if failed else ''
    return found


def _error(case: ElementTree.Element) -> str:
    said = [line[2:].strip() for line in case.text.splitlines() if line[:2] == 'E ']
    return said[-1] if said else case.get('message').splitlines()[0]


def by_cause(ours: dict[str, str], alone: dict[str, str]) -> dict[str, list[str]]:
    """The tests that fail with this package, by their cause."""
    groups = {'this package': [], 'NumPy 2': [], 'something else': []}
    for name, error in ours.items():
        if not error:
            continue
        if alone.get(name) == '':
            groups['this package'].append(name)
        elif any(part in error for part in NUMPY_2):
            groups['NumPy 2'].append(name)
        else:
            groups['something else'].append(name)
    return groups


def main() -> int:
    """Runs the tests twice and prints what fails, by its cause."""
    args = parse_args()
    if not (args.checkout / 'tests').is_dir():
        sys.exit(f'{args.checkout} has no folder tests: it is no checkout of mmaction2')
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch, 'mmaction2')
        leave_out = shutil.ignore_patterns('.git', 'mmaction', '*.pyc')
        shutil.copytree(args.checkout, copy, ignore=leave_out)
        ours = outcomes(copy, args.only, 'import tgdfer_mm', ROOT)
        alone = outcomes(copy, args.only, '', args.checkout.resolve())
    groups = by_cause(ours, alone)
    failed = sum(map(len, groups.values()))
    print(f'{len(ours) - failed} passed or skipped, {failed} failed')
    for cause, names in groups.items():
        print(f'\n{len(names)} because of {cause}')
        for name in names:
            print(f'  {name}: {ours[name]}')
    return bool(groups['this package'])


if __name__ == '__main__':
    sys.exit(main())
