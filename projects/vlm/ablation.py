"""Asks under each of SoVTP's conditions, and writes one table.

    python -m projects.vlm.ablation tgdfer_synth --facts facts.jsonl --local FOLDER

Answers of conditions that were asked before are read from the file of answers.
"""

import sys
from argparse import Namespace
from collections.abc import Sequence

from .command import ask, guarded
from .conditions import CONDITIONS
from .options import answers_of, folder_of, new_parser, parse


def run(argv: Sequence[str] | None = None) -> int:
    """Asks four times; returns the highest exit code."""
    parser = new_parser('projects.vlm.ablation', __doc__)
    parser.add_argument(
        '--fold', type=int, help='fold of the data set; by default that of the config'
    )
    args = parse(parser, argv)
    return guarded(lambda: _ask_all(args))


def _ask_all(args: Namespace) -> int:
    from tgdfer_mm.files import write_text
    from tgdfer_mm.terminal import say

    from .tables import result_page

    folder, args.answers = folder_of(args), answers_of(args)
    codes, results = [], {}
    for args.condition in CONDITIONS:
        name = args.condition
        say(f'condition {name}')
        code, results[name] = ask(args, args.fold, folder / name)
        codes.append(code)
    dataset = results[name]['asked']['dataset']
    page = result_page(f'{dataset}, by condition', 'condition', results)
    write_text(folder / 'conditions.md', page)
    say(page)
    return max(codes)


if __name__ == '__main__':
    sys.exit(run())
