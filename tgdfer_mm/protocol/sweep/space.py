"""Reads and checks the file of a sweep: fixed settings and searched settings."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...files import read_json

SHIPPED = {path.stem: path for path in sorted(Path(__file__).parent.glob('*.json'))}


class SweepError(ValueError):
    """The search is not possible; the user can correct it."""

    exit_code = 2  # exit code of a command


def read_space(source: str | Path) -> dict[str, dict[str, Any]]:
    """Reads the fixed and the searched settings of a sweep.

    Args:
        source: A file, or the name of one that is shipped, see :data:`SHIPPED`.

    Returns:
        ``fixed``, from keys of the config to values, and ``searched``, from keys to
        ``{'low': a, 'high': b}``, perhaps with ``log``, or ``{'choices': [...]}``.

    Raises:
        DamagedFileError: The file cannot be read as JSON.
        SweepError: The file has another form. The message names the file and the key.
    """
    path = Path(source)
    if not path.is_file():
        path = SHIPPED.get(str(source), path)
    space = read_json(path)
    if not isinstance(space.get('searched'), dict):
        raise SweepError(
            f'{path}: needs "searched", an object from keys of the config to ranges.'
        )
    fixed = space.get('fixed', {})
    if not isinstance(fixed, dict):
        raise SweepError(
            f'{path}: "fixed" must be an object from keys of the config to values.'
        )
    for key, among in space['searched'].items():
        _check_range(path, key, among if isinstance(among, dict) else {})
    return dict(fixed=fixed, searched=space['searched'])


def _check_range(path: Path, key: str, among: Mapping[str, Any]) -> None:
    chosen = among.keys() == {'choices'} and isinstance(among['choices'], list)
    ends = [among.get('low'), among.get('high')]
    numbers = all(type(end) in (int, float) for end in ends)
    ranged = numbers and among.keys() <= {'low', 'high', 'log'}
    if not (chosen and among['choices']) and not (ranged and ends[0] < ends[1]):
        raise SweepError(
            f'{path}: "{key}" needs {{"low": a, "high": b}} with a < b, perhaps '
            'with "log": true, or {"choices": [...]}.'
        )
    if among.get('log') and ends[0] <= 0:
        raise SweepError(f'{path}: "{key}" is "log", so "low" must be above 0.')


def suggest(trial, searched: Mapping[str, Mapping]) -> dict[str, Any]:
    """Asks Optuna for the settings of a trial.

    Args:
        trial: A trial of Optuna.
        searched: See :func:`read_space`.
    """
    chosen = {}
    for key, among in searched.items():
        if 'choices' in among:
            chosen[key] = trial.suggest_categorical(key, among['choices'])
        elif type(among['low']) is type(among['high']) is int:
            chosen[key] = trial.suggest_int(key, **among)
        else:
            chosen[key] = trial.suggest_float(key, **among)
    return chosen
