"""Tables of the study's results."""

from collections.abc import Sequence
from pathlib import Path

from lab.markdown import spread_cell, table_lines
from lab.marked_place import write_between
from lab.pairs import Pair, compare, pair_lines

_SOURCES = {
    'relevance': 'relevance',
    'scores': "the frames' own scores",
    'truth': 'true intensity',
}
_ASKED = {
    'sufficiency': 'only these frames: same prediction',
    'necessity': 'only the other frames: another prediction',
    'single': 'only the first of these frames: same prediction',
    'kept': 'probability with only these frames, minus that of the clip',
    'lost': 'probability of the clip, minus that with only the other frames',
}
_TOLD = {
    'truth, relevant': 'true movements, relevant frames',
    'truth, random': 'true movements, random frames',
    'tower, relevant': 'read by the tower, relevant frames',
    'tower, random': 'read by the tower, random frames',
    'parrot': 'a description of the predicted class',
}
_JUDGES = {'rule': 'rule', 'drawn': 'rule, drawn', 'text_tower': 'text_tower'}
_FIGURES = ('EEA', 'FCR', 'EPC', 'sentences')


def result_lines(results: Sequence[dict]) -> list[str]:
    """Three tables: consistency, sufficiency with necessity, and paired differences."""
    rows = [
        [text, name, *(spread_cell(_of(results, key, judge, f)) for f in _FIGURES)]
        for key, text in _TOLD.items()
        for judge, name in _JUDGES.items()
    ]
    accuracy = spread_cell(_of(results, 'parrot', 'rule', 'WAR'))
    reading = {
        name: spread_cell([r['reading'][name] for r in results], digits)
        for name, digits in (('words', 2), ('precision', 1), ('recall', 1))
    }
    return [
        *table_lines(['text', 'judge', *_FIGURES], rows),
        '',
        f'The accuracy (WAR) is {accuracy}. In relevant frames the tower names '
        f'{reading["words"]} movements per frame; {reading["precision"]} % of them are '
        f'true, and {reading["recall"]} % of the visible units are named.',
        '',
        *_reliance_lines(results),
        '',
        *pair_lines(result_pairs(results)),
    ]


def write_tables(page: Path, results: Sequence[dict]) -> None:
    """Writes the tables into a page, between its marks.

    Raises:
        ValueError: The page has no marks.
    """
    write_between(page, 'rationale', result_lines(results))


def _reliance_lines(results: Sequence[dict]) -> list[str]:
    rows = []
    for name, text in _ASKED.items():
        random = [r['reliance']['relevance'][name]['random'] for r in results]
        rows.append([text, *(spread_cell(_asked(results, s, name)) for s in _SOURCES)])
        rows[-1].append(spread_cell(random))
    return table_lines(['frames chosen by', *_SOURCES.values(), 'random'], rows)


def result_pairs(results: Sequence[dict]) -> list[Pair]:
    """Differences paired over the repeats, in points."""
    rows = [
        (
            f'{name}: relevance minus random',
            _asked(results, 'relevance', name),
            [r['reliance']['relevance'][name]['random'] for r in results],
        )
        for name in ('sufficiency', 'necessity', 'single')
    ]
    rows += [
        (
            f'EEA, {what}: relevant minus random frames',
            _of(results, f'{key}, relevant', judge, 'EEA'),
            _of(results, f'{key}, random', judge, 'EEA'),
        )
        for key, what, judge in (
            ('truth', 'true movements, rule', 'rule'),
            ('tower', 'read by the tower, rule', 'rule'),
        )
    ]
    rows += [
        (
            f'{what} in relevant frames, rule: EEA minus accuracy',
            _of(results, f'{key}, relevant', 'rule', 'EEA'),
            _of(results, f'{key}, relevant', 'rule', 'WAR'),
        )
        for key, what in (
            ('truth', 'true movements'),
            ('tower', 'movements read by the tower'),
        )
    ]
    return compare(rows)


def _asked(results: Sequence[dict], source: str, name: str) -> list[float]:
    return [r['reliance'][source][name]['relevant'] for r in results]


def _of(results: Sequence[dict], told: str, judge: str, figure: str) -> list[float]:
    return [r['consistency'][told][judge][figure] for r in results]
