"""A picture of the confusion matrix, for 7 to 43 classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .palette import FAINT, INK, PAPER, ink_on
from .style import HATCHED, SMALL, Sheet, text_width

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_confusion(
    matrix: np.ndarray,
    classes: Sequence[str],
    title: str = '',
    note: str = '',
) -> Figure:
    """Draws counts and row percentages; the framed diagonal is the recall.

    Args:
        matrix: (K, K) counts, rows are truth and columns prediction; or
            (K, K + 1) with the number of unreadable clips in the last column,
            which is drawn only if there are any.
        classes: The K class names.
        title: Printed above, e.g. the UAR and WAR.
        note: Printed below, e.g. that the faces are synthetic.

    Raises:
        ValueError: If the matrix does not fit the classes.
    """
    matrix = np.asarray(matrix)
    num = len(classes)
    if matrix.shape not in ((num, num), (num, num + 1)):
        raise ValueError(
            f'matrix has shape {matrix.shape}, expected ({num}, {num}) or '
            f'({num}, {num + 1}) for {num} classes'
        )
    columns = list(classes)
    if matrix.shape[1] > num and matrix[:, num].any():
        columns.append('unreadable')
    clips = matrix.sum(axis=1)  # with the unreadable clips
    matrix = matrix[:, : len(columns)]
    percent = 100 * matrix / np.maximum(clips, 1)[:, None]
    rows = [f'{name} ({count})' for name, count in zip(classes, clips, strict=True)]

    small = num > 15
    cell, font = (0.5, SMALL) if small else (0.78, 10)
    label_font = SMALL if small else 10
    left = 0.55 + text_width(rows, label_font)
    tilt = 1.0 if small else 0.75
    below = 0.15 + tilt * text_width(columns, label_font)
    width, height = cell * len(columns), cell * num
    from matplotlib.patches import Rectangle

    sheet = Sheet(left + width + 1.3, 0.65 + height + below + 0.75)
    ax = sheet.axes(left, 0.65, width, height)
    shades = dict(cmap='Blues', vmin=0, vmax=100, aspect='auto')
    image = ax.imshow(np.where(clips[:, None] > 0, percent, np.nan), **shades)
    _write_cells(ax, image, matrix, percent, font)
    for i in np.flatnonzero(clips == 0):
        ax.add_patch(Rectangle((-0.5, i - 0.5), len(columns), 1, **HATCHED))
    ax.set_xticks(np.arange(len(columns) + 1) - 0.5, minor=True)
    ax.set_yticks(np.arange(num + 1) - 0.5, minor=True)
    ax.grid(which='minor', color=PAPER, linewidth=1)
    frame = dict(fill=False, edgecolor=INK, zorder=3)
    for i in range(num):
        ax.add_patch(Rectangle((i - 0.5, i - 0.5), 1, 1, **frame))
    if len(columns) > num:
        ax.axvline(num - 0.5, color=INK, linewidth=2)
    turned = dict(rotation=45, ha='right', rotation_mode='anchor')
    if small:
        turned = dict(rotation=90, ha='center', rotation_mode='default')
    ax.set_xticks(range(len(columns)), columns, fontsize=label_font, **turned)
    ax.set_yticks(range(num), rows, fontsize=label_font)
    ax.set_xlabel('predicted class', fontsize=label_font + 1)
    ax.set_ylabel('true class (number of its clips)', fontsize=label_font + 1)
    ax.tick_params(which='both', length=0)
    ax.spines[:].set_visible(False)

    bar = sheet.axes(left + width + 0.25, 0.65, 0.18, min(height, 4.0))
    sheet.figure.colorbar(image, cax=bar, ticks=range(0, 101, 25), format='%d %%')
    bar.tick_params(labelsize=9, length=0)
    bar.set_frame_on(False)
    bar.set_ylabel('share of the clips of the true class', fontsize=9)
    sheet.text(left, 0.12, title, fontsize=13)
    end = sheet.height - 0.35
    sheet.text(left, end, note, fontsize=9, color=FAINT)
    return sheet.figure


def _write_cells(ax, image, matrix: np.ndarray, percent: np.ndarray, font) -> None:
    """Writes count over row percentage; empty cells stay empty."""
    from matplotlib.colors import to_hex

    for i, j in zip(*np.nonzero(matrix), strict=True):
        color = ink_on(to_hex(image.cmap(image.norm(percent[i, j]))))
        share = f'{percent[i, j]:.0f}%' if percent[i, j] >= 1 else '<1%'
        style = dict(ha='center', color=color)
        ax.text(j, i - 0.03, str(matrix[i, j]), va='bottom', fontsize=font, **style)
        ax.text(j, i + 0.07, share, va='top', fontsize=max(SMALL, font - 1), **style)
