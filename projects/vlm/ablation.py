"""Asks under all of SoVTP's conditions in turn, and makes one table of them.

    python -m projects.vlm.ablation tgdfer_synth --facts facts.jsonl --local FOLDER

Takes the options of ``python -m projects.vlm``; those conditions that were asked before
are read from the kept answers.
"""

import json
import sys
from collections.abc import Sequence

from tgdfer_mm.files import write_text
from tgdfer_mm.labels.replies import PROBLEMS

from .command import folder_of, main, parse
from .conditions import CONDITIONS


def run(argv: Sequence[str]) -> int:
    """Asks four times; returns the highest exit code.

    Args:
        argv: The options of the command, without ``--condition``.
    """
    args = parse(argv)
    folder = folder_of(args)
    answers = args.answers or folder / 'answers.sqlite'
    codes, rows = [], {}
    for name in CONDITIONS:
        own = ['--condition', name, '--out', str(folder / name)]
        codes.append(main([*argv, *own, '--answers', str(answers)]))
        if codes[-1] > 1:  # nothing can be asked at all
            return codes[-1]
        rows[name] = json.loads((folder / name / 'result.json').read_text('utf-8'))
    text = '\n'.join(table_lines(rows)) + '\n'
    write_text(folder / 'conditions.md', text)
    print(text)
    return max(codes)


def table_lines(results: dict[str, dict]) -> list[str]:
    """The table: percent, then how many replies have which problem.

    Args:
        results: ``result.json`` of each condition.
    """
    problems = list(PROBLEMS)
    header = ['condition', 'UAR', 'WAR', 'clips', 'unparsed', *problems, 'tokens']
    lines = [header, ['---'] * len(header)]
    for name, result in results.items():
        scores, tokens = result['scores'], result['tokens']
        lines.append(
            [
                name,
                *(f'{scores[key]:.2f}' for key in ('UAR', 'WAR')),
                *map(str, (scores['num_clips'], scores['unparsed'])),
                *(str(scores['problems'][each]) for each in problems),
                str(tokens['prompt'] + tokens['completion']),
            ]
        )
    return [f'| {" | ".join(line)} |' for line in lines]


if __name__ == '__main__':
    if {'-h', '--help'} & {*sys.argv}:
        print(__doc__)
    sys.exit(run(sys.argv[1:]))
