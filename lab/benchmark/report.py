"""Page of the benchmarks, with a table and a plot."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from tgdfer_mm.files import replacing, write_text
from tgdfer_mm.visualization.palette import (
    BLUE,
    FAINT,
    GREEN,
    GREY,
    INK,
    VERMILION,
)
from tgdfer_mm.visualization.style import SMALL, Sheet

GROWTH = 'growth/'
START, END = '<!-- measured: begin -->', '<!-- measured: end -->'
LOOKS = dict(
    before=dict(color=GREY, marker='D', linestyle=':'),
    loading=dict(color=INK, marker='v', linestyle='-'),
    inference=dict(color=BLUE, marker='o', linestyle='-'),
    training=dict(color=VERMILION, marker='s', linestyle='--'),
    video=dict(color=GREEN, marker='^', linestyle='-'),
)
# What grows in each curve, as its horizontal axis says it.
AXES = {
    'video minutes': 'length of the video, minutes',
    'clip length': 'frames that a clip has',
    'frames': 'frames that are read of a clip',
    'classes': 'number of classes',
    'batch': 'clips of a batch',
}


def write_report(rows: list[dict], page: Path, picture: Path) -> None:
    """Writes the table between the marks of a page, and the plot next to the page.

    Args:
        rows: See :func:`~lab.benchmark.pairs.read_results`.
        page: A Markdown page that has the two marks.
        picture: The PNG file; drawn if there are growth curves.

    Raises:
        ValueError: The page lacks the marks.
    """
    text = page.read_text(encoding='utf-8')
    if START not in text or END not in text:
        raise ValueError(f'{page} lacks {START} and {END}, between which the table is.')
    before, rest = text.split(START)
    _, after = rest.split(END)
    parts = [START, '', make_table(rows), '']
    curves = [row for row in rows if row['name'].startswith(GROWTH)]
    if curves:
        with replacing(picture) as temporary:
            draw_growth(curves).savefig(temporary, format='png')
        parts += [f'![How cost grows]({picture.relative_to(page.parent)})', '']
        parts += [growth_table(curves), '']
    write_text(page, before + '\n'.join([*parts, END]) + after)


def make_table(rows: list[dict]) -> str:
    """The pairs as a Markdown table, the machines named below it."""
    lines = [
        '| row | what | ratio [95 %] | target | ours | other | of a | with | machine |',
        '|---|---|---|---|---|---|---|---|---|',
    ]
    machines = sorted({f'{r["machine"]}, torch {r["torch"]}' for r in rows})
    for row in sorted(rows, key=lambda row: (row['name'], str(row['settings']))):
        name = row['name']
        where = machines.index(f'{row["machine"]}, torch {row["torch"]}') + 1
        about = ', '.join(f'{k} {v}' for k, v in row['settings'].items())
        if name.startswith(GROWTH):
            continue
        if 'ratio' not in row:
            reason = row.get('reason', '')
            lines.append(f'| {name} | {row["what"]}: {reason} | | | | | | | {where} |')
            continue
        low, high = row['ratio_95']
        target = ''
        if row['target'] is not None:
            met = 'met' if row['ratio'] <= row['target'] else '**missed**'
            target = f'≤ {row["target"]:.3g}, {met}'
        lines.append(
            f'| {name} | {row["what"]} | {row["ratio"]:.4g} [{low:.4g}, {high:.4g}] | '
            f'{target} | {_seconds(row["ours_s"])} | {_seconds(row["theirs_s"])} | '
            f'{row["unit"]} | {about} | {where} |'
        )
    dates = sorted({row['date'] for row in rows})
    lines += ['', f'Measured {" to ".join(dict.fromkeys((dates[0], dates[-1])))}.']
    lines += [f'Machine {i}: {name}.' for i, name in enumerate(machines, 1)]
    return '\n'.join(lines)


def growth_table(curves: list[dict]) -> str:
    """The points of the curves as Markdown tables."""
    parts = []
    for row in curves:
        columns = list(row['points'][0])
        parts += [
            f'{_curve(row).capitalize()}, {_exponents(row)}:',
            '',
            f'| {" | ".join(columns)} |',
            f'|{"---|" * len(columns)}',
            *(
                f'| {" | ".join(_number(p[c]) for c in columns)} |'
                for p in row['points']
            ),
            '',
        ]
    return '\n'.join(parts)


def draw_growth(curves: list[dict]) -> Figure:
    """Time above and peak memory below, a column for each curve."""
    wide, high, apart = 2.5, 1.9, 0.75
    sheet = Sheet(0.4 + (wide + apart) * len(curves), 2 * high + 2.3)
    question = 'How do time and memory grow with the size of the input?'
    sheet.text(0.2, 0.15, question, fontsize=14, weight='bold')
    drawn = {}
    for i, row in enumerate(curves):
        sizes = [next(iter(p.values())) for p in row['points']]
        for j, (end, unit) in enumerate((('_s', 'time, s'), ('_MB', 'memory, MiB'))):
            left = 0.75 + i * (wide + apart)
            ax = sheet.axes(left, 1.0 + j * (high + 0.4), wide - 0.1, high)
            names = [k for k in row['points'][0] if k.endswith(end)]
            values = [[p[name] for p in row['points']] for name in names]
            for name, line in zip(names, values, strict=True):
                label = name.removesuffix(end)
                look = LOOKS.get(label, LOOKS['inference'])
                [drawn[label]] = ax.plot(sizes, line, ms=4.5, lw=1.4, **look)
            if end == '_s':
                ax.set_yscale('log')
                ax.set_ylim(np.min(values) / 3, np.max(values) * 3)  # flat looks flat
                ax.set_title(_curve(row), fontsize=10, weight='bold', loc='left')
            else:
                ax.set_ylim(0, np.max(values) * 1.25)
                name = AXES.get(_curve(row), _curve(row))
                ax.set_xlabel(name, fontsize=9)
            ax.set_xscale('log')
            ax.set_xticks(sizes, map(str, sizes))
            ax.minorticks_off()
            ax.tick_params(labelsize=SMALL, colors=INK)
            ax.grid(color=GREY, alpha=0.25)
            ax.set_ylabel(unit if i == 0 else '', fontsize=9)
    where = ' / '.join(sorted({row['machine'] for row in curves}))
    place = dict(
        loc='upper left', bbox_to_anchor=(0.1 / sheet.width, 1 - 0.42 / sheet.height)
    )
    sheet.figure.legend(
        drawn.values(), drawn, **place, ncols=len(drawn), fontsize=9, frameon=False
    )
    note = f'Scales of time and of sizes are logarithmic. {where}'
    sheet.text(0.2, sheet.height - 0.3, note, fontsize=SMALL, color=FAINT)
    return sheet.figure


def _curve(row: dict) -> str:
    return row['name'].removeprefix(GROWTH)


def _exponents(row: dict) -> str:
    found = ((name.removesuffix('_s'), n) for name, n in row['exponents'].items())
    return ', '.join(f'exponent of {name} {n:.2f}' for name, n in found)


def _seconds(value: float) -> str:
    for unit, size in (('s', 1), ('ms', 1e-3), ('µs', 1e-6), ('ns', 1e-9)):
        if value >= size:
            return f'{value / size:.3g} {unit}'
    return f'{value:.2g} s'


def _number(value: float) -> str:
    return f'{value:.3g}' if isinstance(value, float) else str(value)
