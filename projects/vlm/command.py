"""Asks a vision-language model about the test clips of a config, and scores it.

    python -m projects.vlm tgdfer_synth --address http://127.0.0.1:8000/v1 --model NAME
    python -m projects.vlm tgdfer_synth --local FOLDER

Nothing is sent unless --address is given. If a call was stopped, the same call
continues it: no question is asked twice. `projects.vlm.folds` asks about every fold,
`projects.vlm.ablation` under every condition.
"""

import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from pathlib import Path

from .options import answers_of, folder_of, new_parser, parse


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command line; returns the exit code."""
    parser = new_parser('projects.vlm', __doc__)
    parser.add_argument(
        '--fold', type=int, help='fold of the data set; by default that of the config'
    )
    args = parse(parser, argv)
    return guarded(lambda: ask(args, args.fold, folder_of(args))[0])


def guarded(work: Callable[[], int]) -> int:
    """Runs a command; an error becomes a sentence and an exit code."""
    import tgdfer_mm  # noqa: F401  registers everything
    from tgdfer_mm.terminal import complain, guard_streams

    guard_streams()
    try:
        return work()
    except KeyboardInterrupt:
        print(
            'stopped; the answers are kept: the same command goes on', file=sys.stderr
        )
        return 130
    except Exception as error:
        code = getattr(error, 'exit_code', 2 if isinstance(error, OSError) else None)
        if code is None:
            raise
        complain(error)
        return code


def ask(args: Namespace, fold: int | None, folder: Path) -> tuple[int, dict]:
    """Asks about the test clips of one fold and writes the results.

    Args:
        args: The options.
        fold: The fold; None for the config's own.
        folder: Folder of the results.

    Returns:
        The exit code, 1 if a clip has no answer; and what is in ``result.json``.

    Raises:
        AskingError: Nothing more can be asked.
    """
    from .answers import AnswerStore
    from .asking import Asker
    from .progress import Progress
    from .report import Prices, Record, write_report
    from .whole_task import plan

    todo = plan(args, fold)
    rows = todo.clips.rows
    record = Record(todo.task.reader, people=todo.people)

    def done(i: int, outcome) -> None:
        record.outcomes[rows[i].name] = outcome
        bar.step(record)

    with AnswerStore(answers_of(args)) as store, Progress(len(rows)) as bar:
        Asker(todo.model, store, args.parallel).run(len(rows), todo.dialogue, done)
    result = write_report(folder, record, todo.task, todo.how, Prices(*args.price))
    _say(result, folder)
    return (1 if result['scores']['unanswered'] else 0), result


def _say(result: dict, folder: Path) -> None:
    from tgdfer_mm.terminal import say

    from .report import COLUMNS

    scores, tokens = result['scores'], result['tokens']
    columns = COLUMNS[result['task']]
    say('  '.join(f'{name} {scores[key]:.2f}' for key, name in columns.items()))
    say(f'of {scores["num_clips"]} clips of the annotation file:')
    say(f'  unparsed and wrong: {scores["unparsed"]}')
    for problem, count in scores['problems'].items():
        if count and problem != 'unanswered':
            say(f'    {problem}: {count}')
    say(f'  without an answer, and wrong: {scores["unanswered"]}')
    say(
        f'tokens: {tokens["prompt"]} in, {tokens["completion"]} out; cost '
        f'{result["cost"]:.4f}, of this call {result["cost_now"]:.4f}'
    )
    say(f'written to {folder}')
