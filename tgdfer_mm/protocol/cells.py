"""The trainings of a protocol, tested on other data sets."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from ..engine.selection_hook import BEST, RECORD
from ..files import file_hash, read_json, write_text
from ..recipe.other_data_set import target_config
from ..terminal import Terminal
from .folds import FINISHED, last_step
from .launch import Launcher, run_command
from .results import load_result
from .runs import Run
from .turns import LOG, take_turns

PREDICTIONS = 'predictions.jsonl'


class CellError(RuntimeError):
    """A training could not be tested on another data set; the message says why."""


@dataclass(frozen=True)
class Cell:
    """One training, tested on the test clips of all folds of another data set.

    Attributes:
        run: The training.
        on: Name of the other data set, e.g. ``'ravdess'``.
    """

    run: Run
    on: str

    @property
    def name(self) -> str:
        """Its name."""
        return f'{self.run.name} on {self.on}'

    @property
    def folder(self) -> Path:
        """The folder in which the test writes; `tgdfer test` chooses the same."""
        return self.run.folder / f'on_{self.on}' / 'all_folds'

    @property
    def digest(self) -> str:
        """A fingerprint of the training and the data set, on which the result depends.

        For the data set it has the folder and the settings of reading, not each file.
        """
        trained = read_json(self.run.folder / FINISHED, 'files')['files'][PREDICTIONS]
        target = {k: v for k, v in target_config(self.on).items() if k != 'fold'}
        text = json.dumps([self.on, trained, target], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def run_cells(
    cells: Sequence[Cell], launcher: Launcher, console: Terminal | None = None
) -> dict[Cell, str]:
    """Tests finished trainings; existing results are kept.

    Args:
        cells: The trainings and data sets to test.
        launcher: The launcher of each test.
        console: The console that shows progress.

    Returns:
        The reason of each failed test. It is tried again the next time.
    """
    console = console or Terminal()
    failed: dict[Cell, str] = {}

    def work(cell, lock, show):
        try:
            if is_tested(cell):
                console.print(f'{cell.name}: finished')
                return
            console.print(f'{cell.name}: runs, log in {cell.folder / LOG}')
            _test(cell, launcher, lock, show)
        except (CellError, OSError, ValueError) as error:
            failed[cell] = str(error)
            console.print(f'{cell.name}: {error}')

    take_turns(cells, work, console, 'tests')
    return failed


def is_tested(cell: Cell) -> bool:
    """Whether a test is finished, with this training and all its files."""
    path = cell.folder / FINISHED
    if not path.is_file():
        return False
    done = read_json(path, 'digest', 'files')
    return done['digest'] == cell.digest and all(
        (cell.folder / name).is_file() and file_hash(cell.folder / name) == known
        for name, known in done['files'].items()
    )


def _test(cell: Cell, launcher: Launcher, lock: int, show) -> None:
    (cell.folder / FINISHED).unlink(missing_ok=True)
    # The config as the run has written it, with all changes by its options.
    config = cell.run.folder / Path(launcher.config).name
    checkpoint = checkpoint_of(cell.run)
    for path in (config, checkpoint):
        if not path.is_file():
            raise CellError(
                f'{path} is missing, but the test needs it. To train again, move '
                f'{cell.run.folder} away.'
            )
    options = [
        *('--on', cell.on, '--on-folds', 'all', '--work-dir', str(cell.run.folder)),
        *('--dump', str(cell.folder / PREDICTIONS)),
    ]
    log = cell.folder / LOG
    before = log.stat().st_size if log.is_file() else 0
    code = run_command(
        launcher.test_command(cell.name, str(config), str(checkpoint), options),
        *(log, lock, launcher.environment(), lambda: show(last_step(log))),
    )
    if code:
        raise CellError(f'{_last_words(log, before) or f"exit code {code}"} ({log})')
    load_result(cell.folder / PREDICTIONS)  # a check of its content
    names = (PREDICTIONS, str(Path(PREDICTIONS).with_suffix('.meta.json')))
    finished = dict(
        digest=cell.digest,
        files={name: file_hash(cell.folder / name) for name in names},
    )
    write_text(cell.folder / FINISHED, json.dumps(finished, indent=2) + '\n')


def checkpoint_of(run: Run) -> Path:
    """The checkpoint that a finished run itself has tested.

    Raises:
        CellError: The run does not name it.
    """
    record = read_json(run.folder / RECORD, 'rule')
    if record['rule'] != 'last':
        return run.folder / BEST.format(record.get('epoch'))
    # written by mmengine, with the folder at that time
    noted = run.folder / 'last_checkpoint'
    if not noted.is_file():
        raise CellError(
            f'{noted}, which names the last checkpoint, is missing. Train the run '
            'again.'
        )
    return run.folder / Path(noted.read_text(encoding='utf-8').strip()).name


def _last_words(log: Path, start: int) -> str:
    """The error of a failed test, on one line; its last line if there is no error."""
    with open(log, 'rb') as file:
        file.seek(start)
        lines = file.read().decode(errors='replace').rstrip().splitlines()
    at = [i for i, line in enumerate(lines) if line.startswith('error: ')]
    found = lines[-1:]
    if at:  # more lines of an error are indented; a launcher's own report is not
        more = takewhile(lambda line: line.startswith('  '), lines[at[-1] + 1 :])
        found = [lines[at[-1]], *more]
    return ' '.join(' '.join(found).removeprefix('error: ').split())
