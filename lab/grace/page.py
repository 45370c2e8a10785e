"""Tables of the study's results."""

from pathlib import Path

from lab.markdown import spread_cell, table_lines
from lab.marked_place import write_between
from lab.pairs import compare, pair_lines

from .study import Results

_ARMS = {
    'untrained': 'frames, untrained',
    'frames': 'frames by motion',
    'even': 'frames alike',
    'patches': 'frames and patches',
    'captions': "frames, each clip's caption",
    'refined': "frames, each clip's refined text",
    'shuffled': 'frames, refined texts of other clips',
}
PAIRS = (
    ('patches', 'frames'),
    ('frames', 'even'),
    ('refined', 'frames'),
    ('refined', 'shuffled'),
    ('shuffled', 'frames'),
    ('refined', 'captions'),
)
_TRUTH = {
    'frames': 'frames of the true episode',
    'patches': 'patches in which it shows, in these frames',
}


def result_lines(results: Results) -> list[str]:
    """Three tables: UAR, paired differences, and the transport against the truth."""
    uar = [[text, _mean(results[arm], 'UAR')] for arm, text in _ARMS.items()]
    pairs = [
        (f'{_ARMS[own]}, minus: {_ARMS[other]}', *_both(results, own, other))
        for own, other in PAIRS
    ]
    found = results['patches']
    truth, against = [], []
    for of, text in _TRUTH.items():
        keys = [f'{of}_{name}' for name in ('even', 'mass', 'auroc', 'agreement')]
        truth.append([text, *(_mean(found, key) for key in keys)])
        mass, even = ([r[f'{of}_{name}'] for r in found] for name in ('mass', 'even'))
        against.append((f'mass on {text}, minus: even shares', mass, even))
        for key, word in (('auroc', 'mass'), ('agreement', 'agreement')):
            own = [r[f'{of}_{key}'] for r in found]
            against.append(
                (f'AUROC of {text} by {word}, minus: 50', own, [50] * len(own))
            )
    return [
        *table_lines(['trained with', 'UAR'], uar),
        '',
        'Points of UAR:',
        '',
        *pair_lines(compare(pairs)),
        '',
        *table_lines(
            ['', 'share of all', 'of the mass', 'AUROC by mass', 'by agreement'], truth
        ),
        '',
        'Points against the truth:',
        '',
        *pair_lines(compare(against)),
    ]


def write_tables(page: Path, results: Results) -> None:
    """Writes the tables into a page, between its marks.

    Raises:
        ValueError: The page has no marks.
    """
    write_between(page, 'grace', result_lines(results))


def _both(results: Results, own: str, other: str) -> list[list[float]]:
    return [[r['UAR'] for r in results[arm]] for arm in (own, other)]


def _mean(repeats: list[dict], key: str) -> str:
    return spread_cell([r[key] for r in repeats])
