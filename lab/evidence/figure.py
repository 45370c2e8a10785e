"""The picture of a page: one question, one or two panels."""

from collections.abc import Sequence
from pathlib import Path

from tgdfer_mm.visualization.style import BLUE, INK, VERMILION, Sheet, text_width

_ROW, _WIDTH, _FONT = 0.24, 2.9, 8.5
_TOP, _BOTTOM, _GAP = 0.5, 0.75, 0.25


def draw_panels(rows: list[dict], conditions: Sequence[str], path: Path) -> None:
    """Draws UAR and its spread, a panel for each condition.

    Args:
        rows: Of :func:`~lab.evidence.tables.group_table`; with ``name``, that is what
            is written. They are drawn from the best to the worst of the first
            condition.
        conditions: One or two.
        path: PNG file.
    """
    first = [row for row in rows if row['condition'] == conditions[0]]
    first.sort(key=lambda row: -row['UAR'][0])
    configs = [row['config'] for row in first]
    names = [row.get('name', row['config']) for row in first]
    label = text_width(names, _FONT) + 0.25
    height = _ROW * len(names)
    width = label + len(conditions) * (_WIDTH + _GAP) + 0.1
    sheet = Sheet(width, _TOP + height + _BOTTOM)
    for panel, condition in enumerate(conditions):
        axes = sheet.axes(label + panel * (_WIDTH + _GAP), _TOP, _WIDTH, height)
        axes.set_title(condition, fontsize=_FONT + 1, loc='left')
        for row in rows:
            if row['condition'] != condition or row['config'] not in configs:
                continue
            mean, spread = row['UAR']
            axes.errorbar(
                mean,
                configs.index(row['config']),
                xerr=spread,
                fmt='o',
                markersize=5,
                color=VERMILION if row['against'] is None else BLUE,
            )
        shown = names if panel == 0 else [''] * len(names)
        axes.set_yticks(range(len(names)), shown, fontsize=_FONT)
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.tick_params(axis='x', labelsize=_FONT)
        axes.grid(axis='x', alpha=0.3)
    sheet.text(
        0.1,
        _TOP + height + 0.32,
        'UAR in percent, mean and standard deviation over the repeats.\n'
        'Red: what the others are compared with. Synthetic faces.',
        fontsize=_FONT - 1,
        color=INK,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.figure.savefig(path)
