"""The figure of the method, drawn from ``stages.json``: one picture, two files."""

import json
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle
from PIL import Image

from tgdfer_mm.files import replacing
from tgdfer_mm.synth.clips import make_clip
from tgdfer_mm.visualization.palette import AMBER, GREEN, INK, PAPER
from tgdfer_mm.visualization.style import Sheet

STAGES = Path(__file__).with_name('stages.json')
# What a box is about, by its ground; grounds also differ in lightness, and so in grey.
GROUNDS = dict(seen='#E3F1FB', words=AMBER, both=GREEN, label=INK)
NAME, DETAIL = 12.5, 10.5  # points; 8 pixels and more where the figure is 390 wide
LINE = 0.2  # inches from line to line
SHARPNESS = 5.0  # of the relevance that is drawn, which is a sketch
PIXELS = 96  # of a drawn face
DPI = 200  # of the PNG file


def load_stages() -> dict:
    """What is drawn where, in inches from the upper left corner."""
    return json.loads(STAGES.read_text(encoding='utf-8'))


def draw_method(stages: dict) -> Figure:
    """Draws the method from the frames to the loss.

    Args:
        stages: See :func:`load_stages`.
    """
    sheet = Sheet(*stages['size'])
    ax = sheet.axes(0, 0, sheet.width, sheet.height)
    ax.set_xlim(0, sheet.width)
    ax.set_ylim(sheet.height, 0)
    ax.axis('off')
    middle = sheet.width / 2
    _write(ax, middle, 0.36, stages['title'], size=16, weight='bold')
    _write(ax, middle, 0.72, stages['subtitle'], size=DETAIL + 0.5)
    boxes = {box['id']: box for box in stages['boxes']}
    for box in boxes.values():
        _draw_box(ax, box)
    _draw_clip(ax, stages['clip'], stages['relevance'])
    for arrow in stages['arrows']:
        _draw_arrow(ax, arrow, boxes)
    _draw_legend(ax, stages['legend'], boxes)
    return sheet.figure


def write_svg(figure: Figure, path: Path) -> None:
    """Writes a figure as SVG; the same figure gives the same bytes."""
    # Outlines, not letters: a reader may lack the font, and the text be cut off.
    settings = {'svg.hashsalt': 'tgdfer_mm', 'svg.fonttype': 'path'}
    with rc_context(settings), replacing(path) as temporary:
        figure.savefig(temporary, format='svg', metadata={'Date': None})


def write_png(figure: Figure, path: Path) -> None:
    """Writes a figure as PNG."""
    with replacing(path) as temporary:
        as_picture(figure).save(temporary, format='png', optimize=True)


def as_picture(figure: Figure) -> Image.Image:
    """The pixels of a figure in 256 colours, which a third of the bytes holds."""
    figure.set_dpi(DPI)
    figure.canvas.draw()
    pixels = np.asarray(figure.canvas.buffer_rgba())[..., :3]
    return Image.fromarray(pixels).quantize(256, dither=Image.Dither.NONE)


def _draw_box(ax, box: dict) -> None:
    left, top, width, height = box['at']
    look = dict(facecolor=GROUNDS[box['kind']], edgecolor=INK, linewidth=1.2)
    if box.get('only'):
        look |= dict(linestyle=(0, (5, 3)), linewidth=1.8)
    round_off = 'round,pad=0,rounding_size=0.08'
    patch = FancyBboxPatch((left, top), width, height, boxstyle=round_off, **look)
    patch.set_gid(f'stage-{box["id"]}')
    ax.add_patch(patch)
    color, lines = _ink_on(box['kind']), box['lines']
    y = top + 0.18
    if box.get('align') != 'top':
        y = top + height / 2 - LINE * (len(lines) - 1) / 2
    for i, line in enumerate(lines):
        look = dict(size=NAME, weight='bold') if i == 0 else dict(size=DETAIL)
        _write(ax, left + width / 2, y + LINE * i, line, color=color, **look)


def _draw_clip(ax, clip: dict, relevance: dict) -> None:
    """The frames, and below them how much each speaks for some emotions."""
    drawn = make_clip(clip['seed'], 0, clip['label'], clip['person'])
    chosen = np.linspace(0, len(drawn) - 1, clip['shown']).round().astype(int)
    pitch = (clip['right'] - clip['left']) / clip['shown']
    side = pitch - 0.04
    _write(
        ax, clip['left'], clip['top'] - 0.13, clip['caption'], size=DETAIL, ha='left'
    )
    _write(ax, 0.18, clip['top'] + side / 2, 'Frames', NAME, ha='left', weight='bold')
    shown = {}
    for name, likeness in relevance['rows'].items():
        share = np.exp(SHARPNESS * likeness * drawn.intensity[chosen])
        shown[name] = share / share.sum()
    most = max(share.max() for share in shown.values())
    for i, frame in enumerate(chosen):
        x = clip['left'] + i * pitch
        bottom = clip['top'] + side
        face = drawn.draw(int(frame), PIXELS)
        ax.imshow(face, extent=(x, x + side, bottom, clip['top']), aspect='auto')
        for row, share in enumerate(shown.values()):
            y = relevance['top'] + row * (relevance['row'] + 0.02)
            lightness = str(0.12 + 0.88 * share[i] / most)
            look = dict(facecolor=lightness, edgecolor=PAPER, linewidth=0.6)
            ax.add_patch(Rectangle((x, y), side, relevance['row'], **look))
    for row, name in enumerate(shown):
        y = relevance['top'] + row * (relevance['row'] + 0.02) + relevance['row'] / 2
        _write(ax, clip['left'] - 0.07, y, name, size=DETAIL, ha='right', color=PAPER)
    # Pictures change the limits.
    ax.set_xlim(0, ax.figure.get_figwidth())
    ax.set_ylim(ax.figure.get_figheight(), 0)


def _draw_arrow(ax, arrow: dict, boxes: dict) -> None:
    x, start = arrow['x'], arrow['from']
    if start in boxes:
        _, top, _, height = boxes[start]['at']
        start = top + height
    end = boxes[arrow['to']]['at'][1]
    look = dict(arrowstyle='-|>', mutation_scale=15, shrinkA=0, shrinkB=0)
    line = FancyArrowPatch((x, start), (x, end), color=INK, linewidth=1.8, **look)
    ax.add_patch(line)
    middle = (start + min(end, start + 0.36)) / 2
    _write(ax, x + 0.14, middle, arrow['shape'], size=DETAIL, ha='left')


def _draw_legend(ax, legend: dict, boxes: dict) -> None:
    x, y = boxes['loss']['at'][0], legend['top']
    for kind, text in legend['entries'].items():
        look = dict(facecolor=GROUNDS[kind], edgecolor=INK, linewidth=1)
        ax.add_patch(Rectangle((x, y), 0.2, 0.16, **look))
        _write(ax, x + 0.26, y + 0.08, text, size=DETAIL, ha='left')
        x += 0.56 + 0.085 * len(text)


def _ink_on(kind: str) -> str:
    """Of text on a ground: what stands out most."""
    return PAPER if kind in ('both', 'label') else INK


def _write(ax, x: float, y: float, text: str, size: float, **look) -> None:
    look = dict(ha='center', va='center', color=INK) | look
    ax.text(x, y, text, fontsize=size, **look)
