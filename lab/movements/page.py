"""The page about movements that words find."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from tgdfer_mm.files import write_text
from tgdfer_mm.version import __version__

from ..markdown import table_lines
from .study import Asked

_WELL, _BADLY = 0.85, 0.6  # AUROC over frames
Figures = Mapping[str, Sequence[tuple[float, float]]]


def write_page(
    page: Path, asked: Sequence[Asked], figures: Figures, each: int, command: str
) -> None:
    """Writes the page.

    Args:
        page: Markdown file.
        asked: K movements.
        figures: AUROC over frames and over clips, for each movement, by the column.
        each: Clips a movement.
        command: What was typed.
    """
    head = Path(__file__).with_name('head.md').read_text(encoding='utf-8')
    facts = dict(
        command=command,
        version=__version__,
        clips=each,
        total=each * len(asked),
        classes=len(asked) + len({one.region for one in asked}),
    )
    header = ['movement', 'words', *_columns(figures)]
    rows = [
        [
            '+'.join(one.units),
            f'{one.texts[0]} ({len(one.texts)} phrasings)',
            *(f'{value:.3f}' for values in figures.values() for value in values[k]),
        ]
        for k, one in enumerate(asked)
    ]
    means = [np.mean(values, axis=0) for values in figures.values()]
    rows.append(['mean', '', *(f'{value:.3f}' for each in means for value in each)])
    first = next(iter(figures.values()))
    lines = [
        *_reading(asked, first),
        '## AUROC of each movement',
        '',
        *table_lines(header, rows),
        '',
    ]
    write_text(page, head.format(**facts) + '\n'.join(lines))


def _reading(asked: Sequence[Asked], values: Sequence[tuple[float, float]]) -> list:
    """What is found and what is not, by the first column."""
    names = ['+'.join(one.units) for one in asked]
    found = [n for n, (frames, _) in zip(names, values, strict=True) if frames >= _WELL]
    lost = [n for n, (frames, _) in zip(names, values, strict=True) if frames < _BADLY]
    said = (
        f'The words find the frames of {_listed(found)} at {_WELL} or more. Below '
        f'{_BADLY} are {_listed(lost)}: for these the words are of no use.'
    )
    return ['## What is found', '', said, '']


def _listed(names: Sequence[str]) -> str:
    return ', '.join(names) or 'none'


def _columns(figures: Figures) -> list[str]:
    return [f'{name}, {what}' for name in figures for what in ('frames', 'clips')]
