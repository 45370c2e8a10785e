"""Runs a sweep: trainings with settings that Optuna proposes."""

import json
import sys
import time
from argparse import Namespace
from pathlib import Path
from typing import Any

from ..files import write_text
from ..locks import held
from ..paths import find_config, tools_dir
from ..protocol.sweep import (
    as_table,
    check_keys,
    check_split,
    open_study,
    read_space,
    sweep,
    train_trial,
    validating_on_train,
)
from ..protocol.sweep.study import place_of
from ..run_config.files import read_config
from ..terminal import say

TABLE = 'trials.md'


def run(args: Namespace) -> int:
    """Runs missing trials and writes the table; returns the exit code."""
    began, out = time.monotonic(), Path(args.out)
    space = read_space(args.space)
    cfg = read_config(find_config(args.config)).to_dict()
    check_keys(cfg, args.config, [*space['fixed'], *space['searched']])
    check_split(cfg, args.config, args.val_part)
    about = dict(config=args.config, val_part=args.val_part, seed=args.seed)
    fixed = validating_on_train(args.val_part) | space['fixed']

    def score(number: int, settings: dict[str, Any]) -> float:
        folder = out / place_of(number)
        # The same as `tgdfer train`.
        command = [sys.executable, str(tools_dir() / 'train.py'), args.config]
        command += ['--work-dir', str(folder), '--seed', str(args.seed), '--resume']
        changes = [f'{key}={value}' for key, value in {**fixed, **settings}.items()]
        return train_trial([*command, '--cfg-options', *changes], folder)

    with held(out / '.lock', f'the sweep {out}'):
        study = open_study(out, json.loads(json.dumps(about | space)))
        sweep(study, space['searched'], args.trials, args.seed, score, _report)
        table = as_table(study, space['searched'])
        write_text(out / TABLE, table)
    say(table.rstrip('\n'))
    say(f'{(time.monotonic() - began) / 60:.0f} minutes')
    return 0 if any(each.value is not None for each in study.get_trials()) else 1


def _report(number: int, value: float | None) -> None:
    say(f'trial {number}: {"failed" if value is None else format(value, ".2f")}')
    sys.stdout.flush()  # also into a file: the next trial may take hours
