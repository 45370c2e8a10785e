"""Tables of the results of the study of voices."""

from pathlib import Path

from lab.markdown import spread_cell, table_lines
from lab.marked_place import write_between
from lab.pairs import Pair, compare, pair_lines

from .study import GIVEN, KINDS, Results

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
# First minus second.
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
        [text, *(spread_cell([r[f'{name} {kind}'] for r in results]) for kind in KINDS)]
        for name, text in _NAMES.items()
    ]
    face = spread_cell([r['face'] for r in results])
    rows.insert(2, ['face', face, face, face])
    head = ['UAR of a linear classifier on', *_SOUNDS.values()]
    return [*table_lines(head, rows), '', *pair_lines(result_pairs(results))]


def result_pairs(results: Results) -> list[Pair]:
    """Differences paired over the repeats, in points of UAR."""
    return compare(
        (
            ' minus '.join(map(_text, (own, base))),
            [r[own] for r in results],
            [r[base] for r in results],
        )
        for own, base in _PAIRS
    )


def _text(arm: str) -> str:
    name, _, kind = arm.partition(' ')
    assert name in GIVEN or name == 'face'
    return f'{_NAMES[name]} ({_SOUNDS[kind]})' if kind else name


def write_tables(page: Path, results: Results) -> None:
    """Writes the tables into a page, between its marks.

    Raises:
        ValueError: The page has no marks.
    """
    write_between(page, 'vowelprompt', result_lines(results))
