"""Running what a protocol has not finished yet."""

import json
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ..evaluation import read_predictions
from ..files import file_hash, read_json, write_text
from ..terminal import Terminal
from .launch import Launcher, run_command
from .runs import Run, differing_keys
from .turns import LOG, take_turns

STARTED, FINISHED = 'started.json', 'finished.json'
_STEP = re.compile(r'Epoch\((?:train|val|test)\)\s+(?:\[\d+\])?\[\s*\d+/\d+\]')


class RunError(RuntimeError):
    """A run did not finish; says where its log is."""

    exit_code = 1  # of a command


class OtherRunError(RunError):
    """A folder that another run has been in."""

    exit_code = 2


def run_all(
    runs: Sequence[Run], launcher: Launcher, console: Terminal | None = None
) -> None:
    """Trains and tests the runs one after the other.

    Finished runs are skipped, interrupted ones go on. Several processes may share the
    runs of one folder: what another one is at is left to it.

    Args:
        runs: The runs of a protocol.
        launcher: How each is started.
        console: Where progress is shown.

    Raises:
        RunError: A run failed, or its folder holds something else. The others keep
            what they have.
    """
    console = console or Terminal()

    def work(run, lock, show):
        if is_finished(run):
            console.print(f'{run.name}: finished')
            return
        console.print(f'{run.name}: runs, log in {run.folder / LOG}')
        _run(run, launcher, lock, show)

    take_turns(runs, work, console)


def is_finished(run: Run) -> bool:
    """Whether a run is done, with this config and all its files.

    Raises:
        OtherRunError: The folder belongs to a run with another config.
    """
    _check_folder(run)
    path = run.folder / FINISHED
    if not path.is_file():
        return False
    files = read_json(path, 'files')['files']
    return all(
        (run.folder / name).is_file() and file_hash(run.folder / name) == digest
        for name, digest in files.items()
    )


def _check_folder(run: Run) -> None:
    path = run.folder / STARTED
    if path.is_file():
        theirs = read_json(path, 'digest', 'config')
        if theirs['digest'] != run.digest:
            keys = list(differing_keys(run.config, theirs['config']))
            raise OtherRunError(
                f'{run.folder} holds a run with another config; different: '
                f'{", ".join(keys[:8])}{", ..." * (len(keys) > 8)}. Take another '
                '--work-dir, or move that folder away.'
            )
    elif any(run.folder.glob('*.pth')):
        raise OtherRunError(
            f'{run.folder} holds checkpoints, but no {STARTED} that says of which '
            'config. Take another --work-dir, or move that folder away.'
        )


def _run(run: Run, launcher: Launcher, lock: int, show: Callable[[str], None]) -> None:
    (run.folder / FINISHED).unlink(missing_ok=True)
    started = dict(digest=run.digest, config=run.config)
    write_text(run.folder / STARTED, json.dumps(started, indent=2) + '\n')
    log = run.folder / LOG
    start = time.time()
    code = run_command(
        *(launcher.command(run), log, lock, launcher.environment()),
        lambda: show(last_step(log)),
    )
    if code:
        raise RunError(
            f'{run.name} failed with exit code {code}. The end of {log}:\n\n'
            f'{_tail(log)}\n\nThe same command goes on here; finished runs are kept.'
        )
    files = _check_files(run)
    finished = dict(
        digest=run.digest,
        files={name: file_hash(run.folder / name) for name in files},
        seconds=round(time.time() - start, 1),  # of this attempt
    )
    write_text(run.folder / FINISHED, json.dumps(finished, indent=2) + '\n')


def _check_files(run: Run) -> list[str]:
    """The files that hold the result, after a look into them."""
    stems = ['predictions', *(['predictions_last'] if run.rule != 'last' else [])]
    for stem in stems:
        path = run.folder / f'{stem}.jsonl'
        if not path.is_file():
            raise RunError(
                f'{run.name} ended well but left no {path}: SelectionHook writes it, '
                f'see {run.folder / LOG}.'
            )
        read_predictions(path)
        path = path.with_suffix('.meta.json')
        rule = read_json(path, 'selection')['selection']['rule']
        if rule != (run.rule if stem == 'predictions' else 'last'):
            raise RunError(f'{path} is of the rule {rule!r}, not {run.rule!r}.')
    return [f'{stem}{end}' for stem in stems for end in ('.jsonl', '.meta.json')]


def _tail(log: Path, size: int = 3000) -> str:
    with open(log, 'rb') as file:
        file.seek(max(0, log.stat().st_size - size))
        return file.read().decode(errors='replace').strip()


def last_step(log: Path) -> str:
    """How far a run is, by its log; empty if that does not say."""
    steps = _STEP.findall(_tail(log))
    return steps[-1] if steps else ''
