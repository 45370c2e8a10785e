import numpy as np
import pytest

from tgdfer_mm.visualization import draw_confusion


def cells(figure):
    return [t.get_text() for t in figure.axes[0].texts]


def labels(figure):
    ax = figure.axes[0]
    return [
        [t.get_text() for t in x] for x in (ax.get_xticklabels(), ax.get_yticklabels())
    ]


def test_counts_and_row_percentages():
    figure = draw_confusion(np.array([[3, 1], [0, 200]]), ('happy', 'sad'), 'UAR 1')
    assert cells(figure) == ['3', '75%', '1', '25%', '200', '100%']
    assert labels(figure) == [['happy', 'sad'], ['happy (4)', 'sad (200)']]
    shown = figure.axes[0].images[0].get_array()
    np.testing.assert_allclose(shown, [[75, 25], [0, 100]])


def test_unreadable_clips_have_a_column_only_if_there_are_any():
    matrix = np.array([[3, 0, 1], [0, 2, 0]])
    figure = draw_confusion(matrix, ('happy', 'sad'))
    assert labels(figure)[0] == ['happy', 'sad', 'unreadable']
    assert cells(figure)[:4] == ['3', '75%', '1', '25%']  # of all four clips
    matrix[0, 2] = 0
    assert labels(draw_confusion(matrix, ('happy', 'sad')))[0] == ['happy', 'sad']


def test_an_absent_class_is_no_zero_recall():
    figure = draw_confusion(np.array([[2, 1], [0, 0]]), ('happy', 'sad'))
    shown = np.ma.filled(figure.axes[0].images[0].get_array(), np.nan)
    assert np.isnan(shown[1]).all()
    assert labels(figure)[1][1] == 'sad (0)'


@pytest.mark.parametrize('num', [7, 11, 43])
def test_labels_and_cells_stay_legible(num):
    classes = [f'disappointment_{i}' for i in range(num)]
    figure = draw_confusion(np.diag(np.full(num, 9999)), classes, note='note')
    figure.draw_without_rendering()
    ax = figure.axes[0]
    cell = ax.get_window_extent().width / num
    for text in ax.texts:
        assert text.get_fontsize() >= 6
        assert text.get_window_extent().width < cell
    for label in (*ax.get_xticklabels(), *ax.get_yticklabels(), ax.xaxis.label):
        box = label.get_window_extent()
        assert box.x0 >= 0 and box.y0 >= 0
    note = next(t for t in figure.texts if t.get_text() == 'note')
    assert note.get_window_extent().y1 < ax.xaxis.label.get_window_extent().y0


def test_a_matrix_of_other_classes_is_an_error():
    with pytest.raises(ValueError, match=r'\(2, 2\), expected \(3, 3\) or \(3, 4\)'):
        draw_confusion(np.eye(2), ('a', 'b', 'c'))
