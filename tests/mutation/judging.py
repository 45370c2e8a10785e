"""Tests run against a changed copy of the tree, in a forked process.

Importing torch and its kin takes many seconds. The process that forks has them
already, but has never imported the package, so each fork imports its own version.
"""

import importlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

# What the package and its tests import; the package itself must not be among them.
PRELOADED = (
    'av',
    'cv2',
    'decord',
    'jsonschema',
    'matplotlib.pyplot',
    'mmcv.cnn',
    'mmcv.transforms',
    'mmengine.runner',
    'open_clip',
    'pandas',
    'pytest',
    'scipy.optimize',
    'sklearn.metrics',
    'torchmetrics.functional.classification',
    'torchvision',
)
PACKAGE = 'tgdfer_mm'
MEMORY = 8 << 30  # bytes a fork may take more than its parent
POLL = 0.02  # seconds


@dataclass(frozen=True)
class Verdict:
    """What tests say of a tree.

    Attributes:
        kind: ``survived`` (all tests pass), ``killed``, ``timeout``, or
            ``incompetent`` (the changed module cannot be imported).
        test: The first test that failed, or what kept it from being run.
        seconds: How long it took.
        by_file: Seconds of the tests alone, by their file.
    """

    kind: str
    test: str = ''
    seconds: float = 0.0
    by_file: dict[str, float] = field(default_factory=dict)


def preload() -> None:
    """Imports what every fork needs."""
    # On a busy machine, threads that spin while they wait take others' time.
    os.environ.setdefault('OMP_WAIT_POLICY', 'passive')
    for name in PRELOADED:
        importlib.import_module(name)
    if any(name.split('.')[0] == PACKAGE for name in sys.modules):
        raise RuntimeError(f'{PACKAGE} is imported already: no fork could change it')


def copy_tree(root: Path, target: Path) -> None:
    """Copies the files of the repository that git does not ignore."""
    listed = subprocess.run(
        ['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in filter(None, listed.split('\0')):
        if (root / name).is_file():  # git lists what was deleted, too
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, target / name)


def judge(tree: Path, module: str, tests: Sequence[str], limit: float) -> Verdict:
    """Runs tests on a copy of the tree, until the first one fails.

    Args:
        tree: The copy.
        module: File of the changed module, from there; imported first.
        tests: Files, from there.
        limit: Seconds after which it is stopped.
    """
    scratch = tree.with_name('scratch')
    scratch.mkdir()
    start = time.monotonic()
    child = os.fork()
    if child == 0:
        _run(tree, module, tests, scratch)  # never returns
    try:
        while not os.waitpid(child, os.WNOHANG)[0]:
            if time.monotonic() - start > limit:
                _end(child)
                return Verdict('timeout', seconds=limit)
            time.sleep(POLL)
        seconds = round(time.monotonic() - start, 1)
        said = scratch / 'verdict.json'
        if not said.is_file():
            last = (scratch / 'output.txt').read_text(errors='replace').splitlines()
            return Verdict('killed', f'the process died: {"".join(last[-1:])}', seconds)
        return Verdict(**json.loads(said.read_text()) | dict(seconds=seconds))
    except BaseException:
        _end(child)
        raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _end(child: int) -> None:
    """Ends a fork and all that it has started; it leads their group."""
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _run(tree: Path, module: str, tests: Sequence[str], scratch: Path) -> None:
    """The life of a fork."""
    try:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        output = os.open(scratch / 'output.txt', os.O_WRONLY | os.O_CREAT)
        os.dup2(output, 1)
        os.dup2(output, 2)
        _limit_memory()
        os.chdir(tree)
        sys.path[:] = [str(tree), *sys.path[1:]]
        # No compiled file of one mutant may pass for another's.
        sys.dont_write_bytecode = True
        os.environ |= dict(PYTHONPATH=str(tree), PYTHONDONTWRITEBYTECODE='1')
        verdict = _test(tree, module, tests, scratch)
        (scratch / 'verdict.json').write_text(json.dumps(asdict(verdict)))
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(0)


def _limit_memory() -> None:
    pages = int(Path('/proc/self/statm').read_text().split()[0])
    most = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _test(tree: Path, module: str, tests: Sequence[str], scratch: Path) -> Verdict:
    import pytest

    try:
        importlib.import_module(module.removesuffix('.py').replace('/', '.'))
    except Exception as error:
        return Verdict('incompetent', f'{type(error).__name__}: {error}')
    found = sys.modules[PACKAGE].__file__
    if not found.startswith(str(tree)):
        return Verdict('incompetent', f'{found} was imported in the place of the copy')
    watch = _Watch()
    arguments = ['-x', '-q', '-p', 'no:cacheprovider', f'--basetemp={scratch / "tmp"}']
    code = pytest.main([*arguments, f'--rootdir={tree}', *tests], plugins=[watch])
    if code == pytest.ExitCode.OK:
        return Verdict('survived', by_file=dict(watch.seconds))
    return Verdict('killed', watch.failed or f'pytest ended with {code!r}')


class _Watch:
    """Remembers which test failed first, and how long each file's took."""

    def __init__(self) -> None:
        self.failed = ''
        self.seconds: dict[str, float] = defaultdict(float)

    def pytest_runtest_logreport(self, report) -> None:
        self.seconds[report.nodeid.split('::')[0]] += report.duration
        if report.failed:
            self.failed = self.failed or report.nodeid

    def pytest_collectreport(self, report) -> None:
        if report.failed:
            self.failed = self.failed or f'collecting {report.nodeid}'
