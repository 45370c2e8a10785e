"""The tables of what the study measured."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy import stats

from lab.evidence.differences import paired_difference
from lab.markdown import table_lines
from tgdfer_mm.files import write_text
from tgdfer_mm.protocol.compare import holm

from .study import Results

_PLACE = re.compile(r'(<!-- grace -->\n).*?(<!-- end -->)', re.DOTALL)
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
    """Three tables: UAR, paired differences, and what is moved against the truth."""
    uar = [[text, _mean(results[arm], 'UAR')] for arm, text in _ARMS.items()]
    pairs = [
        (f'{_ARMS[own]}, less: {_ARMS[other]}', *_both(results, own, other))
        for own, other in PAIRS
    ]
    found = results['patches']
    truth, against = [], []
    for of, text in _TRUTH.items():
        keys = [f'{of}_{name}' for name in ('even', 'mass', 'auroc', 'agreement')]
        truth.append([text, *(_mean(found, key) for key in keys)])
        mass, even = ([r[f'{of}_{name}'] for r in found] for name in ('mass', 'even'))
        against.append((f'mass on {text}, less: even shares', mass, even))
        for key, word in (('auroc', 'mass'), ('agreement', 'agreement')):
            own = [r[f'{of}_{key}'] for r in found]
            against.append(
                (f'AUROC of {text} by {word}, less: 50', own, [50] * len(own))
            )
    return [
        *table_lines(['trained with', 'UAR'], uar),
        '',
        *_difference_lines('paired difference, UAR', pairs),
        '',
        *table_lines(
            ['', 'share of all', 'of the mass', 'AUROC by mass', 'by agreement'], truth
        ),
        '',
        *_difference_lines('paired difference, the truth', against),
    ]


def write_tables(page: Path, results: Results) -> None:
    """Writes the tables into a page, between its marks.

    Raises:
        ValueError: The page has no marks.
    """
    text = page.read_text(encoding='utf-8')
    if not _PLACE.search(text):
        raise ValueError(f'{page} has no place between <!-- grace --> and <!-- end -->')
    content = '\n'.join(result_lines(results)) + '\n'
    write_text(page, _PLACE.sub(lambda m: m[1] + content + m[2], text))


def _difference_lines(title: str, rows: Sequence[tuple]) -> list[str]:
    """Paired over the repeats: difference, Student's interval, p by Holm."""
    p_values = holm([_p_value(own, base) for _, own, base in rows])
    lines = []
    for (text, own, base), p in zip(rows, p_values, strict=True):
        found = paired_difference(base, own)
        if found is not None:
            low, high = found['interval']
            shown = f'{found["difference"]:+.1f} [{low:+.1f}, {high:+.1f}]'
            lines.append([text, shown, f'{p:.4f}'])
    return table_lines([title, 'points, 95 %', 'p (Holm)'], lines)


def _both(results: Results, own: str, other: str) -> list[list[float]]:
    return [[r['UAR'] for r in results[arm]] for arm in (own, other)]


def _p_value(own: Sequence[float], base: Sequence[float]) -> float:
    if len(own) < 2 or np.ptp(np.subtract(own, base)) == 0:  # the test is not defined
        return 1.0
    return float(stats.ttest_rel(own, base).pvalue)


def _mean(repeats: list[dict], key: str) -> str:
    values = np.array([r[key] for r in repeats])
    spread = f' ± {values.std(ddof=1):.1f}' if len(values) > 1 else ''
    return f'{values.mean():.1f}{spread}'
