"""The work folder of a run."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from mmengine.config import Config

from ..features.processes import as_one
from ..locks import BusyError, held
from .fold import fold_of
from .recipe import Recipe

SETTLED = 'settled_work_folder'
LOCK = '.lock'  # in the folder, locked by the run that writes there


def settle_work_folder(cfg: Config, recipe: Recipe) -> None:
    """Gives runs with different folds, test data or perturbations separate folders.

    Below the config's ``work_dir``, or ``work_dirs/<config>`` without one:
    ``[fold<k>][/on_<data set>[/all_folds]][/perturb_time/<mode>]``, unless it is there
    already. The config records what has been added, so that it is not added twice.

    Args:
        cfg: Config of a run; changed in place.
        recipe: Its recipe.
    """
    stem = Path(cfg.filename).stem if cfg.filename else None
    if not cfg.get('work_dir') and stem is None:
        return  # mmengine reports what is missing
    folder = Path(cfg.get('work_dir') or Path('work_dirs', stem))
    fold, mode = fold_of(cfg), recipe.perturb_time
    parts = [] if fold is None else [f'fold{fold}']
    parts += [] if recipe.on is None else [f'on_{recipe.on}']
    parts += ['all_folds'] if recipe.on_folds == 'all' else []
    parts += [] if mode is None else ['perturb_time', mode]
    before = cfg.get(SETTLED) or dict(path=None, parts=[])
    there = len(before['parts'])
    if before['path'] == str(folder) and parts[:there] == before['parts']:
        folder = folder.joinpath(*parts[there:])
    else:
        folder = _below(folder, parts)
    note_work_folder(cfg, folder, parts)
    if mode is not None:
        # The clock alone does not separate two runs in the same second.
        name = cfg.get('experiment_name') or stem or 'test'
        cfg.experiment_name = f'{name.removesuffix(f"_{mode}")}_{mode}'


def note_work_folder(cfg: Config, folder: Path, parts: Sequence[str] = ()) -> None:
    """Sets the final work folder of a config.

    Args:
        cfg: Config of a run; changed in place.
        folder: The folder.
        parts: The parts at its end for fold, data and perturbation; by default those of
            the config.
    """
    cfg.work_dir = str(folder)
    known = (cfg.get(SETTLED) or {}).get('parts', [])
    cfg[SETTLED] = dict(path=str(folder), parts=list(parts or known))


@contextmanager
def work_folder_held(folder: str | Path) -> Iterator[None]:
    """Locks a work folder for this run, in its main process.

    Raises:
        BusyError: If another run has it; it is raised in every process.
    """
    with ExitStack() as stack:
        lock = held(Path(folder, LOCK), f'the work folder {folder}')
        try:
            as_one(stack.enter_context, lock)
        except BusyError as error:
            raise BusyError(f'{error} --work-dir sets another folder.') from error
        yield


def _below(folder: Path, parts: list[str]) -> Path:
    """Adds the parts that are not at the end of the folder yet."""
    for there in range(len(parts), 0, -1):
        if list(folder.parts[-there:]) == parts[:there]:
            return folder.joinpath(*parts[there:])
    return folder.joinpath(*parts)
