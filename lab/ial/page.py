"""The tables of what the study measured."""

import re
from pathlib import Path

import numpy as np
from scipy import stats

from lab.evidence.differences import paired_difference
from lab.markdown import table_lines
from tgdfer_mm.files import write_text
from tgdfer_mm.protocol.compare import LEVEL, holm

from .study import ARMS, Results

_PLACE = re.compile(r'(<!-- ial -->\n).*?(<!-- end -->)', re.DOTALL)
_NAMES = {
    'plain': 'two streams, no gates',
    'gated': 'with gates',
    'rival': 'and the term on the rival class',
    'whole': "and the classifier on the first gate: IAL's parts, small",
}
# What is compared: name, arm, arm that it is compared with.
PAIRS = (
    ('gates', 'gated', 'plain'),
    ('the term on the rival class', 'rival', 'gated'),
    ('the classifier on the gate', 'whole', 'rival'),
    ('all three', 'whole', 'plain'),
)


def result_lines(results: Results) -> list[str]:
    """Three tables: UAR of the arms, paired differences, what the gates follow."""
    shares = [
        [text, *(_mean(results[arm], key) for key in ('weak', 'strong', 'all'))]
        for arm, text in _NAMES.items()
    ]
    return [
        *table_lines(['UAR in percent', 'weak clips', 'strong clips', 'all'], shares),
        '',
        *_pair_lines(results),
        '',
        *_gate_lines(results),
    ]


def write_tables(page: Path, results: Results) -> None:
    """Writes the tables into a page, between its marks.

    Raises:
        ValueError: The page has no marks.
    """
    text = page.read_text(encoding='utf-8')
    if not _PLACE.search(text):
        raise ValueError(f'{page} has no place between <!-- ial --> and <!-- end -->')
    content = '\n'.join(result_lines(results)) + '\n'
    write_text(page, _PLACE.sub(lambda m: m[1] + content + m[2], text))


def _pair_lines(results: Results) -> list[str]:
    """Paired over the repeats: difference, Student's interval, p by Holm."""
    rows = [
        (f'{text}, {key} clips', _of(results[own], key), _of(results[base], key))
        for key in ('weak', 'strong')
        for text, own, base in PAIRS
    ]
    return _paired_table('points of UAR', rows)


def _gate_lines(results: Results) -> list[str]:
    """The rank correlation of the gate with the intensity, and with another clip's.

    A gate may say much by high or by low weights, so that the sign is left out.
    """
    rows = []
    for arm in (arm for arm, facts in ARMS.items() if facts['gated']):
        own, other = (np.abs(_of(results[arm], k)) for k in ('follows', 'others'))
        rows.append(
            (f'{_NAMES[arm]}: {own.mean():.2f} less {other.mean():.2f}', own, other)
        )
    return _paired_table('rank correlation, own clip less another', rows, 2)


def _paired_table(title: str, rows: list[tuple], digits: int = 1) -> list[str]:
    p_values = holm([_p_value(own, base) for _, own, base in rows])
    lines = []
    for (text, own, base), p in zip(rows, p_values, strict=True):
        found = paired_difference(base, own)
        if found is None:
            continue
        low, high = found['interval']
        verdict = 'noise'
        if p < LEVEL and not low <= 0 <= high:
            verdict = 'more' if low > 0 else 'less'
        numbers = [f'{v:+.{digits}f}' for v in (found['difference'], low, high)]
        cell = f'{numbers[0]} [{numbers[1]}, {numbers[2]}]'
        lines.append([text, cell, f'{p:.4f}', verdict])
    return table_lines([title, 'mean, 95 %', 'p (Holm)', ''], lines)


def _p_value(own: np.ndarray, base: np.ndarray) -> float:
    if len(own) < 2 or np.ptp(own - base) == 0:  # the test is not defined
        return 1.0
    return float(stats.ttest_rel(own, base).pvalue)


def _of(repeats: list[dict], key: str) -> np.ndarray:
    return np.array([r[key] for r in repeats])


def _mean(repeats: list[dict], key: str) -> str:
    values = _of(repeats, key)
    spread = f' ± {values.std(ddof=1):.1f}' if len(values) > 1 else ''
    return f'{values.mean():.1f}{spread}'
