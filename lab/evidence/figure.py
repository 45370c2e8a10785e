"""The picture of a page: one question, one or two panels."""

from collections.abc import Sequence
from pathlib import Path

from tgdfer_mm.visualization.palette import BLUE, INK, VERMILION
from tgdfer_mm.visualization.style import SMALL, Sheet, text_width

_ROW, _WIDTH, _FONT = 0.24, 2.9, 8.5
_TOP, _BOTTOM, _GAP = 0.95, 0.95, 0.25
_COMPARED = dict(fmt='D', markersize=7, color=VERMILION)
_OTHER = dict(fmt='o', markersize=5, color=BLUE)


def draw_panels(
    rows: list[dict], conditions: Sequence[str], path: Path, question: str
) -> None:
    """Draws UAR and its spread, a panel for each condition.

    Args:
        rows: Of :func:`~lab.evidence.tables.group_table`; with ``name``, that is what
            is written. They are drawn from the best to the worst of the first
            condition.
        conditions: One or two.
        path: PNG file.
        question: What the picture answers, its title.
    """
    first = [row for row in rows if row['condition'] == conditions[0]]
    first.sort(key=lambda row: -row['UAR'][0])
    configs = [row['config'] for row in first]
    names = [row.get('name', row['config']) for row in first]
    label = text_width(names, _FONT) + 0.25
    height = _ROW * len(names)
    width = label + len(conditions) * (_WIDTH + _GAP) + 0.1
    width = max(width, text_width([question], 13) + 0.2)
    sheet = Sheet(width, _TOP + height + _BOTTOM)
    for panel, condition in enumerate(conditions):
        axes = sheet.axes(label + panel * (_WIDTH + _GAP), _TOP, _WIDTH, height)
        axes.set_title(f'level {condition}', fontsize=_FONT + 1, loc='left')
        for row in rows:
            if row['condition'] != condition or row['config'] not in configs:
                continue
            mean, spread = row['UAR']
            axes.errorbar(
                mean,
                configs.index(row['config']),
                xerr=spread,
                capsize=3,
                **(_COMPARED if row['against'] is None else _OTHER),
            )
        shown = names if panel == 0 else [''] * len(names)
        axes.set_yticks(range(len(names)), shown, fontsize=_FONT)
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.tick_params(axis='x', labelsize=_FONT)
        axes.set_xlabel('UAR, percent', fontsize=_FONT)
        axes.grid(axis='x', alpha=0.3)
    sheet.text(0.1, 0.15, question, fontsize=13, weight='bold')
    sheet.text(
        0.1,
        _TOP + height + 0.52,
        'Mean and standard deviation over the repeats.\n'
        'Diamond: what the others are compared with. Synthetic faces.',
        fontsize=SMALL,
        color=INK,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.figure.savefig(path)
