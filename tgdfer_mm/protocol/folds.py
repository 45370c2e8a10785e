"""Runs the trainings that a protocol has not finished yet."""

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
    """A run did not finish; the message names its log."""

    exit_code = 1  # exit code of a command


class OtherRunError(RunError):
    """The folder belongs to another run."""

    exit_code = 2


def run_all(
    runs: Sequence[Run], launcher: Launcher, console: Terminal | None = None
) -> None:
    """Trains and tests the runs one after the other.

    Finished runs are skipped, interrupted ones go on. Several processes may share the
    runs of one folder: a run of another process is left to it.

    Args:
        runs: The runs of a protocol.
        launcher: The launcher of each run.
        console: The console that shows progress.

    Raises:
        RunError: A run failed, or its folder has other content. The other runs are not
            changed.
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
    """Whether a run is finished, with this config and all its files.

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
                f'{run.folder} has a run with another config; different: '
                f'{", ".join(keys[:8])}{", ..." * (len(keys) > 8)}. Give another '
                '--work-dir, or move that folder away.'
            )
    elif any(run.folder.glob('*.pth')):
        raise OtherRunError(
            f'{run.folder} has checkpoints, but no {STARTED} that names their config. '
            'Give another --work-dir, or move that folder away.'
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
            f'{run.name} failed with exit code {code}. The end of '
            f'{log}:\n\n{_tail(log)}\n\nThe same command goes on from here; finished '
            'runs are kept.'
        )
    files = _check_files(run)
    finished = dict(
        digest=run.digest,
        files={name: file_hash(run.folder / name) for name in files},
        seconds=round(time.time() - start, 1),  # time of this attempt
    )
    write_text(run.folder / FINISHED, json.dumps(finished, indent=2) + '\n')


def _check_files(run: Run) -> list[str]:
    """The files of the result, after a check of their content."""
    stems = ['predictions', *(['predictions_last'] if run.rule != 'last' else [])]
    for stem in stems:
        path = run.folder / f'{stem}.jsonl'
        if not path.is_file():
            raise RunError(
                f'{run.name} ended without an error, but there is no {path}: '
                f'SelectionHook writes it, see {run.folder / LOG}.'
            )
        read_predictions(path)
        path = path.with_suffix('.meta.json')
        rule = read_json(path, 'selection')['selection']['rule']
        if rule != (run.rule if stem == 'predictions' else 'last'):
            raise RunError(
                f'{path} was written with the rule {rule!r}, not {run.rule!r}. Move '
                'the folder away to train again.'
            )
    return [f'{stem}{end}' for stem in stems for end in ('.jsonl', '.meta.json')]


def _tail(log: Path, size: int = 3000) -> str:
    with open(log, 'rb') as file:
        file.seek(max(0, log.stat().st_size - size))
        return file.read().decode(errors='replace').strip()


def last_step(log: Path) -> str:
    """The progress of a run, from its log; empty if the log does not state it."""
    steps = _STEP.findall(_tail(log))
    return steps[-1] if steps else ''
