"""Runs the search: a study of Optuna that can be interrupted at any moment."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ...video.optional_packages import need
from .space import SweepError, suggest

JOURNAL, STUDY, ASKED = 'study.log', 'sweep', 'asked'
PLACE, ERROR = 'folder', 'error'  # keys of the notes on a trial
RANDOM_FIRST = 6  # random trials before the sampler uses their results


def open_study(folder: Path, asked: Mapping[str, Any]):
    """Opens the study of a folder, or starts one.

    Args:
        folder: The folder of the sweep.
        asked: The settings of the search, in the form that JSON gives. A study goes on
            only with the same settings.

    Returns:
        A study of Optuna.

    Raises:
        MissingPackage: Optuna is not installed.
        SweepError: The folder has a study with other settings, or a damaged one.
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
    # A damaged line can raise any error in Optuna.
    except Exception as error:
        raise SweepError(
            f'{path} is not a journal of a sweep, or is damaged '
            f'({type(error).__name__}: {error}). Give another folder: --out.'
        ) from error
    if before not in (None, asked):
        raise SweepError(
            f'{folder} has a sweep with other settings. Use the same ones, or give '
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
    """Runs trials until the given number have finished or failed.

    An interrupted trial is run again with the same settings in the same folder. Before
    each trial the sampler gets a seed from the number of finished trials, so that an
    interrupted search makes the same choices as an uninterrupted one.

    Args:
        study: The study, with its trials so far.
        searched: See :func:`.read_space`.
        trials: Total number of trials.
        seed: Seed of the search.
        score: Trains trial `number` with some settings and returns its score. With a
            RuntimeError the trial counts as failed.
        report: Is called with the number of a finished trial and its score, which is
            None for a failed trial.
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
    """The folder of a trial, in the folder of the sweep."""
    return f'trial{number:03d}'
