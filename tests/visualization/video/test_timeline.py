import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import ConnectionPatch, Rectangle

from tgdfer_mm.visualization.palette import ink_on
from tgdfer_mm.visualization.video import (
    NARROW,
    WIDE,
    draw_timeline,
    frames_to_show,
)
from tgdfer_mm.visualization.video.colors import class_colors
from tgdfer_mm.visualization.video.curves import draw_clock
from tgdfer_mm.visualization.video.series import TrackSeries
from tgdfer_mm.visualization.video.timeline import MAX_BANDS

MAFW = (
    'anger disgust fear happiness neutral sadness surprise contempt anxiety '
    'helplessness disappointment'
).split()


def draw(made, track, width=WIDE, pictures=True, **kwargs):
    result = made.result(track, **kwargs)
    thumbnails = {}
    if pictures:
        face = np.zeros((16, 16, 3), np.uint8)
        thumbnails = dict.fromkeys(frames_to_show(result, track, width), face)
    return draw_timeline(result, track, thumbnails, width)


def panel(figure, name):
    for ax in figure.axes:
        if name in (ax.get_ylabel(), *(t.get_text() for t in ax.texts)):
            return ax
    raise AssertionError(f'no panel {name}')


def shown_ticks(axis):
    """Labels within the axis; matplotlib keeps others that it does not draw."""
    low, high = sorted(axis.get_view_interval())
    return [t.label1 for t in axis.get_major_ticks() if low <= t.get_loc() <= high]


def texts(figure):
    found = list(figure.texts)
    for ax in figure.axes:
        found += [*ax.texts, ax.yaxis.label, *shown_ticks(ax.xaxis)]
        found += shown_ticks(ax.yaxis)
    return [t for t in found if t.get_text() and t.get_visible()]


def test_a_picture_is_tied_to_its_moment_on_the_relevance_curve(made):
    track = made.track()
    figure = draw(made, track)
    [line] = [a for a in figure.artists if isinstance(a, ConnectionPatch)]
    middle = made.frames // 2  # the only frame above a uniform share
    assert line.xy2 == pytest.approx((track['frames']['time'][middle] + 0.05, 5.0))
    left, right = panel(figure, '0:01.5').images[0].get_extent()[:2]
    assert (left + right) / 2 == pytest.approx(line.xy2[0])
    assert 'relevance' == line.axesB.get_ylabel()


@pytest.mark.parametrize('count', [4, 11, 43])
def test_the_bands_fill_the_panel_whatever_the_number_of_classes(made, count):
    classes = [f'class {i}' for i in range(count)]
    figure = draw(made, made.track(classes=classes), classes=classes)
    bands = panel(figure, 'probability').collections
    assert len(bands) == min(count, MAX_BANDS + 1)
    top = bands[-1].get_paths()[0].vertices[:, 1].max()
    assert top == pytest.approx(1)
    named = {t.get_text() for t in figure.texts}
    assert (f'{count - MAX_BANDS} others' in named) == (count > MAX_BANDS)


def test_gaps_are_hatched_and_named(made):
    index = [*range(10), *range(60, 80)]
    track = made.track(index=index, time=[i / 10 for i in index])
    figure = draw(made, track)
    for name in ('relevance', 'probability'):
        hatched = [p for p in panel(figure, name).patches if p.get_hatch()]
        [(x, width)] = [(p.get_x(), p.get_width()) for p in hatched]
        assert (x, x + width) == (pytest.approx(1.0), pytest.approx(6.0))
        assert 'no face' in [t.get_text() for t in panel(figure, name).texts]


def test_interpolated_boxes_are_hatched_and_explained(made):
    track = made.track(interpolated=[5 <= i < 9 for i in range(made.frames)])
    figure = draw(made, track)
    face = panel(figure, 'face')
    marked = [p for p in face.patches if p.get_hatch()]
    assert [p.get_x() for p in marked] == [pytest.approx(0.5)]
    assert any('interpolated' in t.get_text() for t in figure.texts)
    plain = draw(made, made.track())
    assert not any('interpolated' in t.get_text() for t in plain.texts)


def test_intervals_lie_where_they_are_in_their_colour(made):
    track = made.track()
    [wanted] = track['intervals']
    [drawn] = [
        p
        for p in panel(draw(made, track), 'intervals').patches
        if isinstance(p, Rectangle)
    ]
    assert drawn.get_x() == pytest.approx(wanted['start'])
    assert drawn.get_x() + drawn.get_width() == pytest.approx(wanted['end'])
    none = draw(made, made.track(intervals=[]))
    assert 'none' in [t.get_text() for t in panel(none, 'intervals').texts]


def test_an_unknown_emotion_is_named(made):
    odd = dict(start=0.0, end=1.0, emotion='bored', score=0.5)
    with pytest.raises(ValueError, match="track 1: .* 'bored', which is not among"):
        draw(made, made.track(intervals=[odd]))


def test_a_track_that_was_never_judged_is_drawn(made):
    unseen = [None] * made.frames
    track = made.track(
        label=None,
        score=None,
        probabilities=None,
        scores=unseen,
        relevance=unseen,
        windows=[],
        intervals=[],
    )
    figure = draw(made, track)
    assert 'not judged' in [t.get_text() for t in figure.texts]
    assert 'relevance' not in [ax.get_ylabel() for ax in figure.axes]


def test_a_model_without_scores_of_frames_shows_those_of_its_windows(made):
    unseen = [None] * made.frames
    track = made.track(scores=unseen, relevance=unseen)
    figure = draw(made, track)
    lowest = panel(figure, 'probability').collections[0].get_paths()[0].vertices
    assert lowest[:, 1].max() == pytest.approx(track['score'])
    assert any('whole windows' in t.get_text() for t in figure.texts)


@pytest.mark.parametrize('width', [WIDE, NARROW])
@pytest.mark.parametrize(
    'classes, count, fps', [(['happy', 'sad'], 1, 25), (MAFW, 3000, 0.4)]
)
def test_no_text_leaves_the_picture(made, width, classes, count, fps):
    track = made.track(count=count, fps=fps, classes=classes)
    note = 'knows only drawn faces: what it says of real people means nothing'
    figure = draw(made, track, width, classes=classes, note=note, fps=fps)
    figure.draw_without_rendering()
    page = figure.bbox
    for text in texts(figure):
        box = text.get_window_extent()
        inside = box.x0 >= page.x0 and box.x1 <= page.x1 and box.y0 >= page.y0
        assert inside and box.y1 <= page.y1, text.get_text()


@pytest.mark.parametrize('count, fps', [(3, 25), (40, 25), (700, 10), (9000, 2.5)])
def test_times_below_are_few_and_all_different(made, count, fps):
    track = made.track(count=count, fps=fps)
    for most in (4, 10):
        ax = Figure().add_subplot()
        series = TrackSeries.from_track(made.result(track, fps=fps), track)
        ax.set_xlim(series.start, series.end)
        draw_clock(ax, series, most)
        ax.figure.draw_without_rendering()
        shown = [label.get_text() for label in shown_ticks(ax.xaxis)]
        assert 1 <= len(shown) <= most + 1 and len(set(shown)) == len(shown), shown


def test_colours_are_one_per_class_and_carry_readable_text():
    colors = class_colors(MAFW)
    assert len(set(colors)) == len(MAFW)

    def luminance(color):
        parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [
            ((c + 0.055) / 1.055) ** 2.4 if c > 0.04 else c / 12.92 for c in parts
        ]
        return np.dot((0.2126, 0.7152, 0.0722), linear)

    for color in colors:
        ground = luminance(color) + 0.05
        ink = {'black': 0.05, 'white': 1.05}[ink_on(color)]
        assert max(ground, ink) / min(ground, ink) >= 4.5, color
