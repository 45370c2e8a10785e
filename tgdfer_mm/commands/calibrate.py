"""Calibrates a checkpoint: a temperature, a table, a figure."""

from argparse import Namespace
from pathlib import Path

from rich.table import Table

from ..apis.calibrating import Part, calibrate, training_of
from ..apis.calibration import write_calibration
from ..apis.model_folder import is_model_folder
from ..apis.trained_run import find_run
from ..apis.usable_model import not_an_input
from ..evaluation.temperature import reliability_bins
from ..paths import find_config
from ..terminal import Terminal, say
from ..video.errors import UsageError
from ..visualization.reliability_figure import draw_reliability
from .config import load_config
from .config_errors import naming_the_key

_FEW = 10  # people [choice, as for groups]


def run(args: Namespace) -> int:
    """Fits, writes and prints the changes; returns the exit code."""
    checkpoint = _settle(args)
    cfg = load_config(args)
    fold = training_of(checkpoint).get('fold')
    if args.fold is None and fold is not None:
        args.fold = fold  # the people of another one were trained on
        cfg = load_config(args)
    with naming_the_key(cfg):
        record, val, test = calibrate(cfg, checkpoint, args.test)
    path = write_calibration(record, checkpoint)
    picture = path.with_suffix('.png')
    _draw(record, val, test).savefig(picture)
    console = Terminal()
    console.print(
        f'temperature {record["temperature"]:.3f}, fitted to {_clips(record)}'
    )
    console.print(_table(record))
    console.print(
        'The label of no clip changes. On the clips of the fit the scores look better '
        'than on others'
        + ('.' if args.test else '; --test measures them on the test clips.')
    )
    if record['people'] is not None and record['people'] < _FEW:
        console.print(
            f'Only {record["people"]} people: with others the temperature may differ.'
        )
    for file in (path, picture):
        say(f'wrote {file}')
    return 0


def _settle(args: Namespace) -> Path:
    """Finds the checkpoint; for a work folder, also its config."""
    if is_model_folder(args.config):
        raise UsageError(
            f'{args.config} is a published model. Calibrate the work folder of its '
            'training, and `tgdfer publish` that again'
        )
    if Path(args.config).is_dir():
        with not_an_input():
            found = find_run(args.config)
        args.config = str(found.config)
        return Path(args.checkpoint or found.checkpoint)
    find_config(args.config)  # a name that is wrong
    if args.checkpoint is None:
        raise UsageError(f'{args.config} needs a checkpoint (--checkpoint FILE)')
    return Path(args.checkpoint)


def _clips(part: dict) -> str:
    people = '' if part['people'] is None else f' of {part["people"]} people'
    return f'{part["clips"]} clips{people}'


def _table(record: dict) -> Table:
    table = Table()
    for name in ('', 'clips', 'ECE', 'NLL', 'mean score', 'accuracy'):
        table.add_column(name, justify='right' if name else 'left')
    for name, part in (('validation', record), ('test', record['test'])):
        for when in ('before', 'after') if part else ():
            found = part[when]
            table.add_row(
                f'{name}, {when}',
                str(part['clips']),
                f'{found["ECE"]:.2f} %',
                f'{found["NLL"]:.3f}',
                f'{found["confidence"]:.1f} %',
                f'{found["accuracy"]:.1f} %',
            )
    return table


def _draw(record: dict, val: Part, test: Part | None):
    panels = []
    for name, part in (('validation', val), ('test', test)):
        if part is None:
            continue
        judged = record if name == 'validation' else record['test']
        for when, temperature in (('before', 1.0), ('after', record['temperature'])):
            title = f'{name}, {when}: ECE {judged[when]["ECE"]:.1f} %'
            bins = reliability_bins(part.scaled(temperature), part.labels)
            panels.append((title, bins))
    note = (
        f'T = {record["temperature"]:.3f}, of {_clips(record)} of {record["dataset"]}'
    )
    return draw_reliability(panels, note)
