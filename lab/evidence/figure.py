"""One picture of all rows: UAR with its spread."""

from pathlib import Path

from tgdfer_mm.visualization.style import BLUE, INK, VERMILION, Sheet, text_width

_ROW, _GAP, _WIDTH, _FONT = 0.2, 0.55, 4.2, 8


def draw_groups(tables: dict[str, list[dict]], path: Path) -> None:
    """Draws a point and its spread for every row of every table.

    Args:
        tables: Title -> rows of :func:`~lab.evidence.tables.group_table`.
        path: PNG file.
    """
    names = {
        title: [f'{row["config"]}, {row["condition"]}' for row in rows]
        for title, rows in tables.items()
    }
    label = text_width([n for group in names.values() for n in group], _FONT) + 0.2
    height = sum(_GAP + _ROW * len(rows) for rows in tables.values()) + 0.6
    sheet = Sheet(label + _WIDTH + 0.4, height)
    top = 0.1
    for title, rows in tables.items():
        sheet.text(0.1, top, title, fontsize=_FONT + 1, fontweight='bold')
        axes = sheet.axes(label, top + 0.25, _WIDTH, _ROW * len(rows))
        for place, row in enumerate(rows):
            mean, spread = row['UAR']
            compared = row['against'] is None
            axes.errorbar(
                mean,
                place,
                xerr=spread,
                fmt='o',
                markersize=4,
                color=VERMILION if compared else BLUE,
            )
        axes.set_yticks(range(len(rows)), names[title], fontsize=_FONT)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_xlim(0, 100)
        axes.tick_params(axis='x', labelsize=_FONT)
        axes.grid(axis='x', alpha=0.3)
        top += _GAP + _ROW * len(rows)
    sheet.text(
        0.1,
        top + 0.1,
        'UAR in percent, mean and standard deviation over the repeats; '
        'red: what its table compares with. Synthetic faces.',
        fontsize=_FONT - 1,
        color=INK,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.figure.savefig(path)
