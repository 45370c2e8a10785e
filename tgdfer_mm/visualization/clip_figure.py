"""A picture of one clip: frames, their relevance and scores, and class scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from . import palette, style
from .style import Sheet, text_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

STRIP_WIDTH = 12.0  # inches
FRAME_WIDTH = (0.6, 1.5)  # inches, smallest and largest
CURVE_HEIGHT = 1.15
BAR_HEIGHT = 0.3


@dataclass(frozen=True)
class _Timeline:
    """The horizontal positions of frames: frame i spans i - 0.5 to i + 0.5."""

    frame_inds: Sequence[int]
    num_valid: int
    g: int

    @property
    def num_frames(self) -> int:
        return len(self.frame_inds)

    def set_up(self, ax: Axes) -> None:
        """Gives axes the common horizontal scale, its guide lines and its padding."""
        ax.set_xlim(-0.5, self.num_frames - 0.5)
        if self.g > 1:
            for edge in np.arange(self.g, self.num_frames, self.g) - 0.5:
                ax.axvline(edge, color=palette.SHADE, linewidth=1, zorder=0)
        if self.num_valid < self.num_frames:
            padded = (self.num_valid - 0.5, self.num_frames - 0.5)
            ax.axvspan(*padded, **style.HATCHED, zorder=0)

    def draw(self, ax: Axes, values: np.ndarray, color: str, **kwargs) -> None:
        """Draws (M,) instance values: a marked line, or steps of g frames."""
        valid = np.arange(len(values)) * self.g < self.num_valid
        values = np.where(valid, values, np.nan)
        if self.g == 1:
            x = np.arange(len(values))
            ax.plot(x, values, color=color, marker='o', markersize=4, **kwargs)
        else:
            # A step is as wide as its valid frames.
            edges = np.arange(len(values) + 1) * self.g
            edges = np.minimum(edges, self.num_valid) - 0.5
            x = np.stack([edges[:-1], edges[1:]], 1).ravel()
            ax.plot(x, values.repeat(2), color=color, **kwargs)


def draw_clip(
    frames: np.ndarray,
    frame_inds: Sequence[int],
    relevance: np.ndarray | None,
    instance_scores: np.ndarray | None,
    scores: np.ndarray,
    classes: Sequence[str],
    truth: int | None,
    pred: int,
    num_valid: int | None = None,
    frames_per_instance: int = 1,
    title: str = '',
    note: str = '',
    max_bars: int = 12,
) -> Figure:
    """Draws one clip with its per-frame explanation.

    Args:
        frames: (T, H, W, 3) uint8 RGB, the sampled frames.
        frame_inds: (T,) index in the video of each sampled frame.
        relevance: (M, K) weights over the instances, or None if the model has none.
        instance_scores: (M, K) class probabilities of each instance, or None.
        scores: (K,) class scores of the clip.
        classes: The K class names.
        truth: Index of the true class, None if unknown.
        pred: Index of the predicted class.
        num_valid: Number n of valid frames; those after it are marked as padding.
        frames_per_instance: Number g of frames of an instance, M = T / g.
        title: Name of the clip.
        note: Printed below, e.g. that the faces are synthetic.
        max_bars: Largest number of classes that are drawn: the true one, the predicted
            one and those with the highest scores.

    Raises:
        ValueError: If a shape does not fit the others.
    """
    frames, scores = np.asarray(frames), np.asarray(scores, dtype=float)
    num_frames, g = len(frame_inds), frames_per_instance
    per_instance = (num_frames // g, len(classes))
    curves = {}
    for name, values in (('score', instance_scores), ('relevance', relevance)):
        if values is not None:
            curves[name] = np.asarray(values, dtype=float)
            _check(name, curves[name].shape, per_instance)
    _check('scores', scores.shape, (len(classes),))
    _check('frames', frames.shape, (num_frames, *frames.shape[1:3], 3))
    line = _Timeline(frame_inds, num_frames if num_valid is None else num_valid, g)
    colors = {} if truth is None else {truth: palette.BLUE}
    colors.setdefault(pred, palette.BLUE if truth is None else palette.VERMILION)
    shown = _shown_classes(scores, colors, max_bars)

    # All places are in inches, so that the curves stay under their frames.
    left, top, gap = 0.8, 0.6, 0.18
    frame_width = float(np.clip(STRIP_WIDTH / num_frames, *FRAME_WIDTH))
    strip = (num_frames * frame_width, frame_width * frames.shape[1] / frames.shape[2])
    body = strip[1] + (0.62 + len(curves) * (CURVE_HEIGHT + gap) - gap if curves else 0)
    body = max(body, len(shown) * BAR_HEIGHT * 0.7 + 0.3)
    bars_left = (
        left + strip[0] + 0.35 + text_width([classes[c] for c in shown], style.FONT)
    )
    sheet = Sheet(bars_left + 2.0 + 0.55, top + body + 0.62)

    _draw_title(sheet, left, classes, truth, pred, title)
    _draw_strip(sheet.axes(left, top, *strip), frames, line)
    y = top + strip[1] + 0.62
    for i, (name, values) in enumerate(curves.items()):
        ax = sheet.axes(left, y, strip[0], CURVE_HEIGHT)
        _draw_curves(ax, name, line, values, colors)
        if i == 0:
            _draw_legend(ax, colors, classes, truth, 'relevance' in curves)
        y += CURVE_HEIGHT + gap
    bars_height = min(body, len(shown) * BAR_HEIGHT + 0.1)
    _draw_bars(
        sheet.axes(bars_left, top, 2.0, bars_height), scores, classes, shown, colors
    )
    if len(shown) < len(classes):
        note = ' · '.join(
            filter(None, (f'{len(shown)} of {len(classes)} classes shown', note))
        )
    sheet.text(left, sheet.height - 0.3, note, fontsize=style.FONT, color=palette.FAINT)
    return sheet.figure


def _check(name: str, shape: tuple, expected: tuple) -> None:
    if shape != expected:
        raise ValueError(f'{name} has shape {shape}, expected {expected}')


def _shown_classes(scores: np.ndarray, needed: dict, most: int) -> list[int]:
    """The classes to draw, in the order of the class list."""
    if len(scores) <= most:
        return list(range(len(scores)))
    by_score = [c for c in np.argsort(-scores, kind='stable') if c not in needed]
    return sorted([*needed, *by_score[: most - len(needed)]])


def _draw_title(sheet, left, classes, truth, pred, title) -> None:
    if truth is None:
        verdict, color = f'predicted {classes[pred]}', palette.INK
    elif pred == truth:
        verdict, color = f'predicted {classes[pred]}: right', palette.GREEN
    else:
        verdict, color = f'predicted {classes[pred]}: wrong', palette.VERMILION
    known = [] if truth is None else [f'truth {classes[truth]}']
    text = ', '.join([*known, verdict])
    start = left
    if title:
        sheet.text(left, 0.18, title, fontsize=13)
        start += text_width([title], 13) + 0.3
    sheet.text(start, 0.18, text, fontsize=13, color=color, fontweight='bold')


def _draw_strip(ax: Axes, frames: np.ndarray, line: _Timeline) -> None:
    ax.set_ylim(0, 1)
    for i, frame in enumerate(frames):
        padded = i >= line.num_valid
        if padded:  # faded and without colour
            grey = frame.astype(float).mean(axis=2, keepdims=True).repeat(3, 2)
            frame = (0.3 * grey + 0.7 * 255).astype(np.uint8)
        ax.imshow(
            frame, extent=(i - 0.5, i + 0.5, 0, 1), aspect='auto', interpolation='none'
        )
        if padded:
            ax.text(
                i,
                0.5,
                'padding',
                ha='center',
                va='center',
                fontsize=style.SMALL,
                color=palette.INK,
            )
    # White gaps: thin between frames, wide between instances.
    for i in range(1, line.num_frames):
        wide = line.g > 1 and i % line.g == 0
        ax.axvline(i - 0.5, color=palette.PAPER, linewidth=6 if wide else 1.5)
    ax.set_xlim(-0.5, line.num_frames - 0.5)
    valid = [str(int(index)) for index in line.frame_inds[: line.num_valid]]
    labels = valid + ['–'] * (line.num_frames - len(valid))
    ax.set_xticks(range(line.num_frames), labels, fontsize=style.FONT)
    ax.tick_params(length=0, pad=3)
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
    style.write_left(ax, 'frame', 0, (-6, -3), 'top')


def _draw_curves(ax, name: str, line: _Timeline, values, colors) -> None:
    line.set_up(ax)
    if name == 'score':
        style.set_up_curve(ax, 'score of the\ninstance, 0–1')
        ax.set_ylim(-0.04, 1.04)
        ax.set_yticks([0, 0.5, 1])
    else:
        style.set_up_curve(ax, 'relevance,\nshare of 1')
        uniform = 1 / max(1, -(-line.num_valid // line.g))
        top = 1.15 * max(uniform, float(values[:, list(colors)].max()))
        ax.set_ylim(-0.04 * top, top)
        ax.locator_params(axis='y', nbins=3)
        ax.axhline(uniform, **style.UNIFORM)
    for c in reversed(colors):  # the true class on top
        line.draw(ax, values[:, c], colors[c], linewidth=2, **_dash(c, colors))


def _dash(c: int, colors: dict) -> dict:
    """Draws the legend; the second class differs by its dashes, not only by colour."""
    return dict(linestyle='-' if c == next(iter(colors)) else '--')


def _draw_legend(ax, colors, classes, truth, with_relevance) -> None:
    for c, color in colors.items():
        label = f'{classes[c]} ({"truth" if c == truth else "predicted"})'
        ax.plot([], [], color=color, linewidth=2, label=label, **_dash(c, colors))
    if with_relevance:
        ax.plot([], [], label='all instances equally relevant', **style.UNIFORM)
    place = dict(loc='lower left', bbox_to_anchor=(0, 1.0), borderaxespad=0.2)
    ax.legend(**place, ncols=3, frameon=False, fontsize=style.FONT)


def _draw_bars(ax, scores, classes, shown, colors) -> None:
    from matplotlib.patches import Rectangle

    values, names = scores[shown], [classes[c] for c in shown]
    shades = [colors.get(c, palette.GREY) for c in shown]
    bars = style.draw_bars(ax, names, values, shades, 'class score, 0–1', height=0.7)
    for c, (name, _) in zip(shown, bars, strict=True):
        name.set_color(colors.get(c, palette.INK))
        name.set_fontweight('bold' if c in colors else 'normal')
    ax.set_xlim(min(0.0, values.min()), max(1.0, values.max()))
    ground = dict(edgecolor=palette.INK, linewidth=1, fill=False)
    ax.add_patch(Rectangle((0, -0.5), 0, len(shown), **ground))
    ax.spines[:].set_visible(False)
