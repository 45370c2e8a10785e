"""The tables of what the study of voices measured."""

import re
from pathlib import Path

import numpy as np
from scipy import stats

from lab.evidence.differences import paired_difference
from lab.markdown import table_lines
from tgdfer_mm.files import write_text
from tgdfer_mm.protocol.compare import holm

from .study import GIVEN, KINDS, Results

_PLACE = re.compile(r'(<!-- vowelprompt -->\n).*?(<!-- end -->)', re.DOTALL)
_NAMES = {
    'values': 'values of the voice',
    'words': 'words of the voice',
    'face_values': 'face and values',
    'face_words': 'face and words',
    'face_both': 'face, values and words',
}
_SOUNDS = {
    'true': 'the true sound',
    'other': 'the other sound',
    'shuffled': "another clip's",
}
# First less second.
_PAIRS = (
    ('face_words true', 'face'),
    ('face_values true', 'face'),
    ('face_words other', 'face'),
    ('face_values other', 'face'),
    ('face_words shuffled', 'face'),
    ('face_values shuffled', 'face'),
    ('words true', 'values true'),
    ('face_words true', 'face_values true'),
    ('face_both true', 'face_values true'),
)


def result_lines(results: Results) -> list[str]:
    """Two tables: UAR of each arm, and paired differences over the repeats."""
    rows = [
        [text, *(_mean([r[f'{name} {kind}'] for r in results]) for kind in KINDS)]
        for name, text in _NAMES.items()
    ]
    face = _mean([r['face'] for r in results])
    rows.insert(2, ['face', face, face, face])
    head = ['UAR of a linear classifier on', *_SOUNDS.values()]
    return [*table_lines(head, rows), '', *_pair_lines(results)]


def _pair_lines(results: Results) -> list[str]:
    """Difference in points, Student's interval, p by Holm."""
    pairs = [[[r[name] for r in results] for name in pair] for pair in _PAIRS]
    p_values = holm([_p_value(own, base) for own, base in pairs])
    rows = []
    for names, (own, base), p in zip(_PAIRS, pairs, p_values, strict=True):
        found = paired_difference(base, own)
        if found is None:
            continue
        low, high = found['interval']
        difference = f'{found["difference"]:+.1f} [{low:+.1f}, {high:+.1f}]'
        rows.append([' less '.join(map(_text, names)), difference, f'{p:.4f}'])
    return table_lines(['paired difference, points', 'mean, 95 %', 'p (Holm)'], rows)


def _text(arm: str) -> str:
    name, _, kind = arm.partition(' ')
    assert name in GIVEN or name == 'face'
    return f'{_NAMES[name]} ({_SOUNDS[kind]})' if kind else name


def write_tables(page: Path, results: Results) -> None:
    """Writes the tables into a page, between its marks.

    Raises:
        ValueError: The page has no marks.
    """
    text = page.read_text(encoding='utf-8')
    if not _PLACE.search(text):
        raise ValueError(
            f'{page} has no place between <!-- vowelprompt --> and <!-- end -->'
        )
    content = '\n'.join(result_lines(results)) + '\n'
    write_text(page, _PLACE.sub(lambda m: m[1] + content + m[2], text))


def _p_value(own: list[float], base: list[float]) -> float:
    if len(own) < 2 or np.ptp(np.subtract(own, base)) == 0:  # the test is not defined
        return 1.0
    return float(stats.ttest_rel(own, base).pvalue)


def _mean(values: list[float]) -> str:
    spread = f' ± {np.std(values, ddof=1):.1f}' if len(values) > 1 else ''
    return f'{np.mean(values):.1f}{spread}'
