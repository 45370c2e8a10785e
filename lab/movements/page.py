"""Page about movements that are found by words."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from tgdfer_mm.files import write_text
from tgdfer_mm.models.text.movement_texts import NamedMovement
from tgdfer_mm.version import __version__

from ..markdown import table_lines

_WELL, _BADLY, _AHEAD = 0.85, 0.6, 0.1  # AUROC over frames
_COLUMNS = (
    'The first two columns of figures are for the towers, the next two for the demo '
    'model, and the last two for the control.'
)
Figures = Mapping[str, Sequence[tuple[float, float]]]


def write_page(
    page: Path,
    asked: Sequence[NamedMovement],
    figures: Figures,
    each: int,
    command: str,
) -> None:
    """Writes the page.

    Args:
        page: Markdown file.
        asked: K movements.
        figures: AUROC over frames and over clips for each movement, by column; the last
            column is the control.
        each: Clips of each movement.
        command: Command line that was typed.
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
    lines = [
        *_reading(asked, figures),
        '## AUROC of each movement',
        '',
        _COLUMNS,
        '',
        *table_lines(header, rows),
        '',
    ]
    write_text(page, head.format(**facts) + '\n'.join(lines))


def _reading(asked: Sequence[NamedMovement], figures: Figures) -> list[str]:
    """Sentences about found and missed movements, by the first column against the last
    one.
    """
    names = ['+'.join(one.units) for one in asked]
    own, *_, other = ([frames for frames, _ in each] for each in figures.values())
    groups: dict[str, list[str]] = dict(found=[], alike=[], weak=[], lost=[])
    for name, value, control in zip(names, own, other, strict=True):
        if value < _BADLY:
            groups['lost'].append(name)
        elif value < _WELL:
            groups['weak'].append(name)
        else:
            groups['alike' if value < control + _AHEAD else 'found'].append(name)
    text = Path(__file__).with_name('reading.md').read_text(encoding='utf-8')
    listed = {key: ', '.join(each) or 'none' for key, each in groups.items()}
    facts = dict(well=_WELL, badly=_BADLY, ahead=_AHEAD)
    return ['## What is found', '', text.format(**listed, **facts)]


def _columns(figures: Figures) -> list[str]:
    return [f'{name}, {what}' for name in figures for what in ('frames', 'clips')]
