"""Searches settings of a config with Optuna; every trial is a `tgdfer train`.

    pip install -e ".[lite,sweep]"
    python tools/sweep.py tgdfer_synth tools/sweep_synth.json --trials 20

A trial trains on a part of the training people and is judged by its UAR on the others,
after its last epoch. The test clips are not looked at. The same command goes on where
it was interrupted. docs/sweep.md says more.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # a checkout's own code

OUT, TRIALS, VAL_PART, SEED = Path('work_dirs/sweep'), 20, 0.25, 0
STUDY, RESULT = 'sweep', 'confusion_matrix.json'
PLACE, ERROR = 'folder', 'error'  # what is noted of a trial
RANDOM_FIRST = 6  # trials before the sampler learns from them


class SweepError(ValueError):
    """A search that cannot be done; the user can mend it."""


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parses the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='a config file, or the name of a shipped one')
    parser.add_argument('space', type=Path, help='what is fixed and searched, *.json')
    parser.add_argument('--trials', type=int, default=TRIALS, help='how many in all')
    parser.add_argument('--out', type=Path, default=OUT, help='folder of the sweep')
    parser.add_argument(
        '--val-part', type=float, default=VAL_PART, help='share that validates'
    )
    parser.add_argument('--seed', type=int, default=SEED, help='of search and training')
    return parser.parse_args(argv)


def read_space(path: Path) -> dict[str, dict[str, Any]]:
    """Reads what a sweep fixes and searches.

    Raises:
        SweepError: The file is not of this form; names it and the key.
    """
    try:
        space = json.loads(path.read_text(encoding='utf-8'))
    except (OSError, ValueError) as error:
        raise SweepError(f'{path}: cannot be read ({error}).') from error
    if not isinstance(space, dict) or not isinstance(space.get('searched'), dict):
        raise SweepError(
            f'{path}: needs "searched", from keys of the config to ranges.'
        )
    fixed = space.get('fixed', {})
    if not isinstance(fixed, dict):
        raise SweepError(f'{path}: "fixed" goes from keys of the config to values.')
    for key, among in space['searched'].items():
        among = among if isinstance(among, dict) else {}
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
            raise SweepError(f'{path}: "{key}" is "log", so "low" has to be above 0.')
    return dict(fixed=fixed, searched=space['searched'])


def held_out(share: float) -> dict[str, Any]:
    """Changes to a config after which it validates on training people, and tests none.

    Args:
        share: Share of the training fold that validates.
    """
    return {
        'train_dataloader.dataset.val_part': share,
        'val_dataloader.dataset.subset': 'val',
        'val_dataloader.dataset.val_part': share,
        'test_dataloader': None,
        'test_evaluator': None,
        'test_cfg': None,
    }


def check_keys(config: str, keys: list[str]) -> None:
    """Looks whether a config has all keys: a new one would change nothing.

    Raises:
        SweepError: It lacks one; names it.
    """
    from tgdfer_mm.paths import find_config
    from tgdfer_mm.run_config.files import ConfigFileError, read_config

    try:
        cfg = read_config(find_config(config)).to_dict()
    except (ConfigFileError, FileNotFoundError) as error:
        raise SweepError(str(error)) from error
    for key in keys:
        node = cfg
        for part in key.split('.'):
            if isinstance(node, list) and part.isdecimal() and int(part) < len(node):
                node = node[int(part)]
            elif isinstance(node, Mapping) and part in node:
                node = node[part]
            else:
                raise SweepError(f'{config} has no {key!r}, so it cannot be searched.')


def suggest(trial, searched: Mapping[str, Mapping]) -> dict[str, Any]:
    """Asks Optuna for the settings of a trial."""
    chosen = {}
    for key, among in searched.items():
        if 'choices' in among:
            chosen[key] = trial.suggest_categorical(key, among['choices'])
        elif type(among['low']) is type(among['high']) is int:
            chosen[key] = trial.suggest_int(key, **among)
        else:
            chosen[key] = trial.suggest_float(key, **among)
    return chosen


def train(command: list[str], folder: Path) -> float:
    """Trains in a process of its own.

    A training that outlived an earlier sweep is waited for. What it finished is not
    trained again.

    Args:
        command: The command line.
        folder: Work folder of the trial.

    Returns:
        UAR on the validation people, %.

    Raises:
        RuntimeError: The training failed; with the last line that it wrote.
    """
    from tgdfer_mm.locks import HOLDER, my_name
    from tgdfer_mm.protocol.launch import folder_lock, run_command

    folder.mkdir(parents=True, exist_ok=True)
    log = folder / 'sweep.log'
    with folder_lock(folder, wait=True) as lock:
        results = list(folder.rglob(RESULT))
        if not results:
            env = os.environ | {HOLDER: my_name()}
            code = run_command(command, log, lock, env, watch=lambda: None)
            results = list(folder.rglob(RESULT))
            if code or not results:
                lines = log.read_text(encoding='utf-8', errors='replace').split('\n')
                said = [line for line in lines if line.strip()]
                raise RuntimeError((said or [f'exit code {code}'])[-1][:300])
    return float(json.loads(results[0].read_text(encoding='utf-8'))['UAR'])


def sweep(
    study,
    space: Mapping[str, Mapping],
    trials: int,
    seed: int,
    score: Callable[[int, dict[str, Any]], float],
) -> None:
    """Runs trials until so many are finished, well or not.

    A trial that was cut off is run again with the same settings and in the same folder.
    The sampler is seeded anew for each trial by the number of those finished, so that
    an interrupted search makes the choices of one that was not.

    Args:
        study: The study, with what it has so far.
        space: See :func:`read_space`.
        trials: How many in all.
        seed: Seed of the search.
        score: Trains trial `number` with some settings and returns what it reached.
    """
    import optuna

    done = optuna.trial.TrialState.COMPLETE, optuna.trial.TrialState.FAIL
    for cut in study.get_trials(states=[optuna.trial.TrialState.RUNNING]):
        study.tell(cut.number, state=optuna.trial.TrialState.FAIL)
        study.enqueue_trial(cut.params)
    while True:
        seen = study.get_trials(deepcopy=False, states=done)
        number = sum(PLACE in each.user_attrs for each in seen)
        if number >= trials:
            return
        study.sampler = optuna.samplers.TPESampler(
            n_startup_trials=RANDOM_FIRST, seed=seed + number
        )
        trial = study.ask()
        settings = suggest(trial, space['searched'])
        try:
            value = score(number, settings)
        except RuntimeError as error:
            trial.set_user_attr(ERROR, str(error))
            value = None
        trial.set_user_attr(PLACE, f'trial{number:03d}')
        state = None if value is not None else optuna.trial.TrialState.FAIL
        study.tell(trial, value, state=state)
        reached = f'{value:.2f}' if state is None else 'failed'
        print(f'trial {number}: {reached}', flush=True)  # also into a file


def as_table(study, searched: Mapping[str, Mapping]) -> str:
    """The trials as a table in Markdown, the best one first."""
    names = [key.split('.')[-1] for key in searched]
    rows = [each for each in study.get_trials() if PLACE in each.user_attrs]
    rows.sort(key=lambda each: (each.value is None, -(each.value or 0), each.number))
    lines = [
        f'| trial | UAR on validation people, % | {" | ".join(names)} |',
        '|---' * (2 + len(names)) + '|',
    ]
    for each in rows:
        value = 'failed' if each.value is None else f'{each.value:.2f}'
        cells = [
            f'{each.params[key]:.3g}'
            if isinstance(each.params[key], float)
            else str(each.params[key])
            for key in searched
        ]
        place = each.user_attrs[PLACE].removeprefix('trial').lstrip('0') or '0'
        lines.append(f'| {place} | {value} | {" | ".join(cells)} |')
    return '\n'.join(lines) + '\n'


def main(argv: list[str] | None = None) -> int:
    """Runs what is missing, writes the table and says what was best."""
    args = parse_args(argv)
    began = time.monotonic()
    try:
        import optuna
    except ImportError as error:
        print(f'error: pip install "tgdfer_mm[sweep]" ({error})', file=sys.stderr)
        return 2
    import tgdfer_mm  # noqa: F401  repairs what has to be, registers everything
    from tgdfer_mm.locks import BusyError, held
    from tgdfer_mm.paths import tools_dir

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    fixed = held_out(args.val_part)
    try:
        space = read_space(args.space)
        check_keys(args.config, [*space['fixed'], *space['searched']])
        args.out.mkdir(parents=True, exist_ok=True)
        with held(args.out / '.lock', f'the sweep {args.out}'):
            stored = optuna.storages.journal.JournalFileBackend(
                str(args.out / 'study.log')
            )
            study = optuna.create_study(
                storage=optuna.storages.JournalStorage(stored),
                study_name=STUDY,
                direction='maximize',
                load_if_exists=True,
            )
            asked = json.loads(json.dumps(dict(vars(args), **space), default=str))
            for free in ('trials', 'out', 'space'):  # of the space its content counts
                del asked[free]
            if study.user_attrs.setdefault('asked', asked) != asked:
                raise SweepError(
                    f'{args.out} holds a sweep with other settings. Use the same ones, '
                    'or another folder: --out.'
                )
            study.set_user_attr('asked', asked)

            def score(number: int, settings: dict[str, Any]) -> float:
                folder = args.out / f'trial{number:03d}'
                options = {**fixed, **space['fixed'], **settings}
                script = str(tools_dir() / 'train.py')  # the same as `tgdfer train`
                command = [sys.executable, script, args.config]
                command += ['--work-dir', str(folder), '--seed', str(args.seed)]
                command += ['--resume', '--cfg-options']
                return train(command + [f'{k}={v}' for k, v in options.items()], folder)

            sweep(study, space, args.trials, args.seed, score)
            table = as_table(study, space['searched'])
            (args.out / 'trials.md').write_text(table, encoding='utf-8')
            print(table, end='')
            print(f'{(time.monotonic() - began) / 60:.0f} minutes')
    except (SweepError, BusyError) as error:
        print(f'error: {error}', file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print('stopped; the same command goes on', file=sys.stderr)
        return 130
    return 0 if any(each.value is not None for each in study.get_trials()) else 1


if __name__ == '__main__':
    raise SystemExit(main())
