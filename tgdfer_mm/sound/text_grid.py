"""Reads Praat's TextGrid files: marked intervals of speech with their texts.

Such files come from a forced alignment, or are made by hand. Both text forms of Praat
are read, long and short, by Praat's own rule: the values are free-standing numbers,
texts in quotes and flags in angle brackets, in their order. All other text is ignored.
"""

import re
from collections.abc import Iterator, Sequence
from math import isfinite
from pathlib import Path

from ..video.errors import InputError
from .voice_words import voice_table

Mark = tuple[float, float, str]
_ROUNDING = 1e-3  # seconds by which two rounded times may overlap [choice]
_TOKEN = re.compile(r'!.*|"(?:[^"]|"")*"|<\w+>|[^\s"]+')


def read_text_grid(path: str | Path) -> dict[str, list[Mark]]:
    """Reads the intervals of a TextGrid.

    Args:
        path: The file, in UTF-8, or in UTF-16 with a byte order mark, as Praat writes
            it.

    Returns:
        For each name of an interval tier, a list of start and end in seconds and the
        text. Intervals without a text and tiers of points are left out.

    Raises:
        InputError: The file cannot be read or is not a TextGrid, or two intervals of a
            tier with a text overlap. The message names the file and the line.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
        wide = data[:2] in (b'\xff\xfe', b'\xfe\xff')
        text = data.decode('utf-16' if wide else 'utf-8-sig')
    except (OSError, UnicodeError) as error:
        raise InputError(f'{path}: cannot be read as a TextGrid ({error})') from error
    values = _Values(path, text)
    if (values.text(), values.text()) != ('ooTextFile', 'TextGrid'):
        raise InputError(
            f'{path}, line 1: this is not a TextGrid in one of the text forms; save '
            'it as text in Praat'
        )
    values.number(), values.number()
    if values.flag() != '<exists>':
        return {}
    tiers: dict[str, list[Mark]] = {}
    for _ in range(values.count()):
        kind, name = values.text(), values.text()
        values.number(), values.number()
        if kind == 'TextTier':
            for _ in range(values.count()):
                values.number(), values.text()
        elif kind == 'IntervalTier':
            if name in tiers:
                raise values.error(
                    f'the tier {name!r} is there twice; rename one of them'
                )
            tiers[name] = list(_intervals(values, name))
        else:
            raise values.error(f'a tier must be IntervalTier or TextTier, not {kind!r}')
    return tiers


def vowels(marks: Sequence[Mark]) -> list[Mark]:
    """The marks that are vowels, in ARPABET (``AH0``) or the IPA (``ə``)."""
    table = voice_table()['vowels']
    return [
        mark
        for mark in marks
        if (label := mark[2].strip('ˈˌ'))
        and label[0] in table['ipa']
        or label.rstrip('012') in table['arpabet']
    ]


def _intervals(values: '_Values', tier: str) -> Iterator[Mark]:
    last = 0.0
    for _ in range(values.count()):
        start, end, text = values.number(), values.number(), values.text().strip()
        if not 0 <= start < end:
            raise values.error(f'an interval from {start} to {end} s')
        if not text:
            continue
        if start < last - _ROUNDING:
            raise values.error(
                f'the interval from {start} to {end} s ({text!r:.40}) of the tier '
                f'{tier!r} begins before the one above it ends, at {last} s; its sound '
                'would count twice: correct the times'
            )
        last = end
        yield start, end, text


class _Values:
    """Reads the values of a file one after another, each with its line."""

    def __init__(self, path: Path, text: str) -> None:
        self._path, self._line = path, 1
        self._found = self._standing_alone(text)

    @staticmethod
    def _standing_alone(text: str) -> Iterator[tuple[int, object]]:
        line, at = 1, 0
        for token in _TOKEN.finditer(text):
            line += text.count('\n', at, token.start())
            at, word = token.start(), token[0]
            if word[0] == '"':
                yield line, word[1:-1].replace('""', '"')
            elif word[0] == '<':
                yield line, (word,)
            elif word[0] != '!':
                try:
                    value = float(word)
                except ValueError:
                    continue
                if isfinite(value):
                    yield line, value

    def error(self, what: str) -> InputError:
        return InputError(f'{self._path}, line {self._line}: {what}')

    def _next(self, kind: type, name: str) -> object:
        self._line, value = next(self._found, (self._line, None))
        if value is None:
            raise self.error(f'the file ends before {name}')
        if not isinstance(value, kind):
            shown = value[0] if isinstance(value, tuple) else value
            raise self.error(f'{shown!r:.40} is there instead of {name}')
        return value

    def text(self) -> str:
        return self._next(str, 'a text in quotes')

    def number(self) -> float:
        return self._next(float, 'a number')

    def flag(self) -> str:
        return self._next(tuple, '<exists> or <absent>')[0]

    def count(self) -> int:
        value = self.number()
        if value != int(value) or not 0 <= value < 1e7:
            raise self.error(f'{value} is there instead of a count')
        return int(value)
