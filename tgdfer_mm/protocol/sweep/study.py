"""The search itself: a study of Optuna that can be interrupted at any moment."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ...video.optional_packages import need
from .space import SweepError, suggest

JOURNAL, STUDY, ASKED = 'study.log', 'sweep', 'asked'
PLACE, ERROR = 'folder', 'error'  # what is noted of a trial
RANDOM_FIRST = 6  # trials before the sampler learns from them


def open_study(folder: Path, asked: Mapping[str, Any]):
    """Opens the study of a folder, or begins one.

    Args:
        folder: The folder of the sweep.
        asked: What the search is about, as JSON would give it back. A study goes on
            only with the same.

    Returns:
        A study of Optuna.

    Raises:
        MissingPackage: Optuna is not installed.
        SweepError: The folder has a study of something else, or a damaged one.
    """
    optuna = need('optuna')
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    path = folder / JOURNAL
    try:
        backend = optuna.storages.journal.JournalFileBackend(str(path))
        study = optuna.create_study(
            storage=optuna.storages.JournalStorage(backend),
            study_name=STUDY,
            direction='maximize',
            load_if_exists=True,
        )
        before = study.user_attrs.get(ASKED)
    except OSError:
        raise
    # A damaged line can raise anything in Optuna.
    except Exception as error:
        raise SweepError(
            f'{path} is no journal of a sweep, or a damaged one '
            f'({type(error).__name__}: {error}). Name another folder: --out.'
        ) from error
    if before not in (None, asked):
        raise SweepError(
            f'{folder} holds a sweep with other settings. Use the same ones, or '
            'another folder: --out.'
        )
    study.set_user_attr(ASKED, asked)
    return study


def sweep(
    study,
    searched: Mapping[str, Mapping],
    trials: int,
    seed: int,
    score: Callable[[int, dict[str, Any]], float],
    report: Callable[[int, float | None], None],
) -> None:
    """Runs trials until so many are finished, well or not.

    A trial that was cut off is run again with the same settings and in the same folder.
    The sampler is seeded anew for each trial by the number of those finished, so that
    an interrupted search makes the choices of one that was not.

    Args:
        study: The study, with what it has so far.
        searched: See :func:`.read_space`.
        trials: How many in all.
        seed: Seed of the search.
        score: Trains trial `number` with some settings and returns what it reached. A
            RuntimeError fails the trial.
        report: Is told the number of a finished trial and its score, None of a failed
            one.
    """
    optuna = need('optuna')
    state = optuna.trial.TrialState
    for cut in study.get_trials(states=[state.RUNNING]):
        study.tell(cut.number, state=state.FAIL)
        study.enqueue_trial(cut.params)
    while True:
        seen = study.get_trials(deepcopy=False, states=(state.COMPLETE, state.FAIL))
        number = sum(PLACE in each.user_attrs for each in seen)
        if number >= trials:
            return
        study.sampler = optuna.samplers.TPESampler(
            n_startup_trials=RANDOM_FIRST, seed=seed + number
        )
        trial = study.ask()
        settings = suggest(trial, searched)
        try:
            value = score(number, settings)
        except RuntimeError as error:
            trial.set_user_attr(ERROR, str(error))
            value = None
        trial.set_user_attr(PLACE, place_of(number))
        study.tell(trial, value, state=state.FAIL if value is None else None)
        report(number, value)


def place_of(number: int) -> str:
    """The folder of a trial, in that of the sweep."""
    return f'trial{number:03d}'
