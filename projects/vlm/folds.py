"""Asks about every fold of a data set, and writes the tables that other models have.

    python -m projects.vlm.folds tgdfer_dfew --local FOLDER --folds 1-5

Answers of folds that were asked before are read from the file of answers. `results.md`
is the page that `tgdfer folds` writes, with published results; `tgdfer compare` reads
the folder.
"""

import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from .command import ask, guarded
from .options import answers_of, folder_of, new_parser, parse


def run(argv: Sequence[str] | None = None) -> int:
    """Asks about all folds; returns the highest exit code."""
    parser = new_parser('projects.vlm.folds', __doc__)
    parser.add_argument('--folds', help='folds, such as 1-5 or 1,3; by default all')
    args = parse(parser, argv)
    if args.people:
        parser.error('--people has no folds')
    return guarded(lambda: _ask_all(args))


def _ask_all(args: Namespace) -> int:
    from tgdfer_mm.files import write_text
    from tgdfer_mm.terminal import say

    from .tables import result_page

    folder, args.answers = folder_of(args), answers_of(args)
    codes, results, runs = [], {}, []
    for fold in _folds(args):
        name = 'split' if fold is None else f'fold{fold}'
        say('the single split' if fold is None else f'fold {fold}')
        code, results[name] = ask(args, fold, folder / name)
        codes.append(code)
        runs.append((name, fold))
    page = result_page(
        f'{results[name]["asked"]["dataset"]}, by fold', 'fold', results, spread=True
    )
    write_text(folder / 'folds.md', page)
    say(page)
    if not args.open:  # a set of words is no prediction of one class
        _collect(args.config, runs, folder)
        say(f'{folder / "results.md"}: the page of a protocol, with published results')
    return max(codes)


def _folds(args: Namespace) -> list[int | None]:
    from tgdfer_mm.protocol import parse_numbers
    from tgdfer_mm.settings import parse_settings

    from .clips import folds_of
    from .errors import AskingError

    known = folds_of(args.config, parse_settings(args.cfg_options))
    if args.folds is None:
        return known
    try:
        wanted = parse_numbers(args.folds)
    except ValueError as error:
        raise AskingError(f'--folds: {error}') from error
    if not {*wanted} <= {*known}:
        have = 'has a single split' if known == [None] else f'has the folds {known}'
        raise AskingError(f'--folds {args.folds}: the data of {args.config} {have}.')
    return wanted


def _collect(config: str, runs: Sequence[tuple[str, int | None]], folder: Path) -> None:
    """Writes the files of ``tgdfer folds``, from predictions of a single seed."""
    from tgdfer_mm.protocol.collect import write_protocol
    from tgdfer_mm.protocol.results import aggregate, load_result

    results = [
        load_result(folder / name / 'predictions.jsonl', name, 0, fold)
        for name, fold in runs
    ]
    report = dict(config=Path(config).name, **aggregate(results), last=None)
    write_protocol(report, folder)


if __name__ == '__main__':
    sys.exit(run())
