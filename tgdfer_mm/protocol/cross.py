"""Several protocols, each also tested on the data sets of the others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mmengine.config import Config

from ..recipe.other_data_set import evaluate_on, kept_for_own, target_config
from ..registry import DATASETS
from ..run_config.walk import data_sets, first_data_set, kind_of
from ..terminal import Terminal
from .cells import PREDICTIONS, Cell, run_cells
from .collect import collect
from .folds import RunError, run_all
from .launch import Launcher
from .matrix import failed_cell, make_matrix, other_cell, own_cell
from .results import load_result
from .runs import Run


@dataclass(frozen=True)
class Row:
    """A protocol whose trainings are tested on other data sets.

    Attributes:
        runs: Its runs.
        launcher: The launcher of the runs, which has the config.
    """

    runs: Sequence[Run]
    launcher: Launcher

    @property
    def config(self) -> str:
        """Name of the config, without its ending."""
        return Path(self.launcher.config).stem

    @property
    def own(self) -> str | None:
        """The training set, by its name in options; None if it has no such name.

        Drawn clips in the layout of a data set count as that data set, because they
        have its classes.
        """
        return getattr(self._kind, 'LABEL_SET', None)

    @property
    def dataset(self) -> str:
        """The readable name of the training set."""
        return getattr(self._kind, 'NAME', None) or getattr(
            self._kind, '__name__', 'no data set'
        )

    @property
    def _kind(self) -> type | None:
        found = first_data_set(self.runs[0].config, 'train_dataloader')
        return found and DATASETS.get(kind_of(found.config))


def check_sets(rows: Sequence[Row], on: Sequence[str]) -> None:
    """Refuses test sets that are named twice, or that are the training set.

    Args:
        rows: The protocols.
        on: Names of the data sets.

    Raises:
        ValueError: The message names the data set, and says what to leave out.
    """
    twice = sorted({name for name in on if list(on).count(name) > 1})
    if twice:
        raise ValueError(f'--on names {twice[0]} twice: name it once.')
    roots = [row.runs[0].root for row in rows]
    for row in rows:
        if roots.count(row.runs[0].root) > 1:
            raise ValueError(
                f'two configs are called {row.config}: their runs would share the '
                f'folder {row.runs[0].root}. Name each once, or rename one.'
            )
    for name in on:
        if all(row.own == name for row in rows):
            raise ValueError(
                f'--on {name}: this is the training set of {rows[0].config}, or its '
                'drawn clips have the same layout. The table has its own number in '
                'any case; leave it out.'
            )


def run_matrix(
    rows: Sequence[Row],
    on: Sequence[str],
    console: Terminal,
    complain: Callable[[Exception], None],
) -> dict:
    """Trains every protocol, and tests its trainings on the other data sets.

    Finished parts are kept. If a part cannot be done, the table has a sentence about
    it, and the other parts go on.

    Args:
        rows: The protocols.
        on: Names of the data sets to test on, see :func:`check_sets`.
        console: The console that shows progress.
        complain: Is called with the reason of a failed training.

    Returns:
        See :func:`~tgdfer_mm.protocol.matrix.make_matrix`.
    """
    refused = [_refused(row, on) for row in rows]
    for row, why_not in zip(rows, refused, strict=True):  # before hours of training
        for name, why in why_not.items():
            console.print(f'{row.config} will not be tested on {name}: {why}')
    columns = dict.fromkeys(row.dataset for row in rows)
    columns.update(dict.fromkeys(map(title_of, on)))
    found = [
        _run_row(row, on, why_not, console, complain)
        for row, why_not in zip(rows, refused, strict=True)
    ]
    return make_matrix(found, list(columns))


def title_of(name: str) -> str:
    """The usual name of a data set, e.g. ``'CREMA-D'`` for ``'cremad'``."""
    return DATASETS.get(target_config(name).type).NAME


def _refused(row: Row, on: Sequence[str]) -> dict[str, str]:
    """The known reasons why a protocol cannot be tested on some data sets."""
    found = {}
    trained = {
        getattr(DATASETS.get(kind_of(each.config)), 'LABEL_SET', None)
        for each in data_sets(row.runs[0].config, 'train_dataloader')
    }
    recipe = row.runs[0].config.get('recipe') or {}
    resident = recipe.get('resident') or '--resident' in row.launcher.extra
    for name in on:
        if name == row.own:
            continue
        if name in trained:
            found[name] = f'{row.config} is also trained on clips of it.'
            continue
        if resident:
            found[name] = str(kept_for_own(name, 'resident'))
            continue
        # A copy: the run's own config stays as it is.
        cfg = Config(dict(row.runs[0].config), filename=row.launcher.config)
        try:
            evaluate_on(cfg, name, 'all')
            config = cfg.test_dataloader.dataset.dataset
            # Options after `--` may change the folder of the clips.
            if not any(o.startswith('--media') for o in row.launcher.extra):
                DATASETS.get(config.type).require_data(**config)
        except (OSError, ValueError) as error:
            found[name] = str(error)
    return found


def _run_row(
    row: Row,
    on: Sequence[str],
    refused: dict[str, str],
    console: Terminal,
    complain: Callable[[Exception], None],
) -> dict:
    console.print(f'{row.config}, trained on {row.dataset}')
    others = [name for name in on if name != row.own]
    about = dict(config=row.config, dataset=row.dataset, selection=None)
    about['seeds'] = sorted({run.seed for run in row.runs})
    about['folds'] = sorted({run.fold for run in row.runs} - {None}) or None
    try:
        run_all(row.runs, row.launcher, console)
        report = collect(row.runs, Path(row.launcher.config).name)
    except (RunError, FileNotFoundError, ValueError) as error:
        complain(error)
        first, *_ = str(error).splitlines()[0].split('. ')
        why = f'The training is not finished: {first}.'
        names = [row.dataset, *map(title_of, others)]
        return dict(about, cells={name: failed_cell(why) for name in names})
    about['selection'] = (report['selection'] or {}).get('description')
    cells = [
        Cell(run, name) for name in others if name not in refused for run in row.runs
    ]
    failed = run_cells(cells, row.launcher, console)
    found = {row.dataset: own_cell(report)}
    for name in others:
        whys = [failed[cell] for cell in cells if cell.on == name and cell in failed]
        if name in refused:
            found[title_of(name)] = failed_cell(refused[name])
        elif whys:
            found[title_of(name)] = failed_cell(whys[0])
        else:
            found[title_of(name)] = _collect(
                [cell for cell in cells if cell.on == name]
            )
    return dict(about, cells=found)


def _collect(cells: Sequence[Cell]) -> dict:
    try:
        return other_cell(
            [
                load_result(
                    *(cell.folder / PREDICTIONS, cell.run.name),
                    *(cell.run.seed, cell.run.fold),
                )
                for cell in cells
            ]
        )
    except (OSError, ValueError) as error:
        return failed_cell(str(error))
