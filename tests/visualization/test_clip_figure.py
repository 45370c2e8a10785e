import numpy as np
import pytest

from tgdfer_mm.visualization import draw_clip
from tgdfer_mm.visualization.clip_figure import _shown_classes
from tgdfer_mm.visualization.palette import BLUE, GREEN, VERMILION

CLASSES = ('happy', 'sad', 'neutral', 'angry', 'surprise', 'disgust', 'fear')


def draw(num_frames=8, g=1, truth=0, pred=0, classes=CLASSES, explained=True, **kwargs):
    rng = np.random.default_rng(0)
    num_classes, shape = len(classes), (num_frames // g, len(classes))
    return draw_clip(
        rng.integers(0, 256, (num_frames, 8, 8, 3), dtype=np.uint8),
        np.arange(num_frames) * 3,
        rng.random(shape) if explained else None,
        rng.random(shape) if explained else None,
        rng.random(num_classes),
        classes,
        truth,
        pred,
        frames_per_instance=g,
        **kwargs,
    )


def texts(figure):
    found = [t.get_text() for t in figure.texts]
    for ax in figure.axes:
        found += [t.get_text() for t in (*ax.texts, *ax.get_xticklabels())]
    return found


@pytest.mark.parametrize('num_frames, g', [(16, 1), (16, 4), (4, 1), (1, 1)])
def test_curves_lie_under_their_frames(num_frames, g):
    figure = draw(num_frames, g, truth=0, pred=3)
    strip, score, relevance, _ = figure.axes
    rng = np.random.default_rng(0)
    rng.integers(0, 256, (num_frames, 8, 8, 3), dtype=np.uint8)
    expected = rng.random((num_frames // g, 7))  # the relevance is drawn first
    for position, image in enumerate(strip.images):
        left, right = image.get_extent()[:2]
        for ax in (score, relevance):
            # The same place on the page, for the edges of every frame.
            for x in (left, right):
                there = strip.transData.transform((x, 0))[0]
                assert ax.transData.transform((x, 0))[0] == pytest.approx(there)
        for curve in relevance.lines:
            if curve.get_color() != BLUE:
                continue
            x, y = curve.get_data()
            at = (x >= left) & (x <= right) if g == 1 else slice(None)
            value = expected[position // g, 0]
            if g == 1:
                assert y[at] == pytest.approx([value])
            else:
                steps = list(zip(x, y, strict=True))
                start = position // g * g - 0.5
                assert (start, value) in steps and (start + g, value) in steps


def test_padding_is_marked_and_has_no_curve():
    figure = draw(16, 4, num_valid=6)
    strip, score, relevance, _ = figure.axes
    assert texts(figure).count('padding') == 10
    assert [t.get_text() for t in strip.get_xticklabels()][5:7] == ['15', '–']
    for ax in (score, relevance):
        curve = next(line for line in ax.lines if line.get_color() == BLUE)
        x, y = curve.get_data()
        assert x[np.isfinite(y)].max() == 5.5  # the end of the last valid frame


def test_title_says_right_or_wrong_in_words_and_colour():
    right = draw(truth=1, pred=1, title='00042', note='synthetic faces').texts
    assert [t.get_text() for t in right] == [
        '00042',
        'truth sad, predicted sad: right',
        'synthetic faces',
    ]
    assert right[1].get_color() == GREEN
    wrong = draw(truth=1, pred=2).texts[0]
    assert wrong.get_text() == 'truth sad, predicted neutral: wrong'
    assert wrong.get_color() == VERMILION
    assert draw(truth=None, pred=2).texts[0].get_text() == 'predicted neutral'


def test_a_model_without_instances_gets_strip_and_bars():
    assert len(draw(explained=False).axes) == 2


def test_of_many_classes_the_telling_ones_are_shown():
    scores = np.linspace(1, 0, 43)
    shown = _shown_classes(scores, {42: BLUE, 0: VERMILION}, 5)
    assert shown == [0, 1, 2, 3, 42]
    figure = draw(classes=tuple(f'class {i}' for i in range(43)))
    assert '12 of 43 classes shown' in texts(figure)
    bars = figure.axes[-1]
    assert len(bars.patches) >= 12


@pytest.mark.parametrize('classes', [CLASSES, ('disappointment',) * 11])
def test_nothing_overlaps_the_class_names(classes):
    figure = draw(16, 1, classes=classes)
    figure.draw_without_rendering()
    strip, *_, bars = figure.axes
    names = [t.get_window_extent() for t in bars.get_yticklabels()]
    assert min(box.x0 for box in names) > strip.get_window_extent().x1
    assert all(a.y0 > b.y1 - 2 for a, b in zip(names, names[1:], strict=False))
    values = [t.get_window_extent() for t in bars.texts]
    assert max(box.x1 for box in values) < figure.bbox.x1


def test_shapes_that_do_not_fit_are_errors():
    with pytest.raises(ValueError, match=r'scores has shape \(6,\), expected \(7,\)'):
        draw_clip(
            np.zeros((2, 4, 4, 3), 'uint8'), [0, 1], None, None, [0] * 6, CLASSES, 0, 0
        )
    with pytest.raises(ValueError, match='relevance has shape'):
        draw_clip(
            np.zeros((2, 4, 4, 3), 'uint8'),
            [0, 1],
            np.zeros((1, 7)),
            None,
            [0] * 7,
            CLASSES,
            0,
            0,
        )
