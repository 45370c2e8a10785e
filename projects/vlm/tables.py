"""Markdown tables with one row for each result of asking; failures are counted."""

import statistics
from collections.abc import Mapping

from tgdfer_mm.labels.replies import PROBLEMS

from .report import COLUMNS

_WRONG = 'all unparsed'
_ABOUT = {
    'UAR': "mean of the classes' recalls, in percent",
    'WAR': 'part of the clips that are right, in percent',
    'precision': 'of the sets of words, in percent',
    'recall': 'of the sets of words, in percent',
    'mean': 'of precision and recall, as in MER2024',
    'F': 'their harmonic mean, as in MER2025',
    'clips': 'all of the annotation file, answered or not',
    _WRONG: 'replies that cannot be read and count as wrong, by reason in what follows',
    'tokens': 'of questions and replies',
}
_SHOWN = ('dataset', 'model', 'source', 'frames', 'side', 'max_tokens', 'chain')


def result_page(
    title: str, first: str, results: Mapping[str, dict], spread: bool = False
) -> str:
    """A page with one table.

    Args:
        title: Title of the page.
        first: Name of the first column, such as ``fold``.
        results: ``result.json`` of each row.
        spread: True to add the mean and the standard deviation of the rows.
    """
    asked = next(iter(results.values()))['asked']
    prompt = asked['prompt']
    facts = [f'* {key.replace("_", " ")}: {asked[key]}' for key in _SHOWN]
    if first != 'fold':
        facts.append(f'* fold: {asked["fold"]}')
    groups = next(iter(results.values()))['scores'].get('groups')
    if groups is not None:
        facts.append(f'* words grouped by: {groups}')
    facts += [
        f'* prompt: {prompt["name"]}, version {prompt["version"]}, '
        f'SHA-256 {prompt["sha256"][:16]}',
        f'* cost: {sum(each["cost"] for each in results.values()):.4f}',
    ]
    table = table_of(first, results, spread)
    lines = [f'| {" | ".join(row)} |' for row in table]
    legend = [f'* {key}: {_ABOUT.get(key) or PROBLEMS[key]}' for key in table[0][1:]]
    return '\n'.join([f'# {title}', '', *facts, '', *lines, '', *legend]) + '\n'


def table_of(
    first: str, results: Mapping[str, dict], spread: bool = False
) -> list[list[str]]:
    """The rows of a table; the first is its header, the second the line below it.

    Problems that no reply has are left out.
    """
    every = [each['scores'] for each in results.values()]
    problems = [p for p in PROBLEMS if any(s['problems'][p] for s in every)]
    numbers = COLUMNS[next(iter(results.values()))['task']]
    wrong = [_WRONG] if {*problems} - {'unanswered'} else []
    header = [first, *numbers.values(), 'clips', *wrong, *problems, 'tokens']
    rows = [header, ['---', *['---:'] * (len(header) - 1)]]
    for name, result in results.items():
        scores, tokens = result['scores'], result['tokens']
        cells = [f'{scores[key]:.2f}' for key in numbers]
        cells += [str(scores['num_clips']), *[str(scores['unparsed'])] * len(wrong)]
        cells += [str(scores['problems'][problem]) for problem in problems]
        rows.append([name, *cells, str(tokens['prompt'] + tokens['completion'])])
    if spread:
        empty = [''] * (len(header) - 1 - len(numbers))
        columns = [[each[key] for each in every] for key in numbers]
        rows.append(['mean', *(f'{statistics.mean(c):.2f}' for c in columns), *empty])
        several = len(every) > 1
        spreads = [f'{statistics.stdev(c):.2f}' if several else '-' for c in columns]
        rows.append(['std (n - 1)', *spreads, *empty])
    return rows
