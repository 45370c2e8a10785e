"""The table of several data sets: its numbers, its sentences, and its errors."""

import json

import pytest

from tgdfer_mm.labels.classes import load_classes
from tgdfer_mm.protocol.cells import _last_words
from tgdfer_mm.protocol.matrix import (
    failed_cell,
    has_failed,
    make_matrix,
    other_cell,
    own_cell,
)
from tgdfer_mm.protocol.matrix_page import matrix_table, notes, write_matrix
from tgdfer_mm.protocol.results import Result, aggregate
from tgdfer_mm.terminal import Terminal

MAFW = load_classes('mafw')
RIGHT = {
    (0, 1): [1, 1, 0, 0],
    (0, 2): [1, 1, 1, 0],
    (1, 1): [1, 1, 1, 1],
    (1, 2): [0, 0, 1, 0],
}


def on_mafw(seed, fold, right, **changes):
    """A training on CREMA-D, tested on MAFW: three clips of anger, one of fear."""
    truth = [MAFW.index(name) for name in ('anger', 'anger', 'anger', 'fear')]
    lines = []
    for i, (label, good) in enumerate(zip(truth, right, strict=True)):
        pred = label if good else MAFW.index('neutral')
        score = [float(c == pred) for c in range(11)]
        line = dict(clip=f'{i:05d}', label=label, pred=pred, score=score, damaged=None)
        lines.append(line)
    meta = dict(dataset='MAFW', classes=list(MAFW), label_map='cremad_to_mafw')
    meta.update(pixel_version='v1', excluded_classes=dict(surprise=5), **changes)
    return Result(f'seed{seed}/fold{fold}', seed, fold, lines, meta)


@pytest.fixture
def cell():
    return other_cell([on_mafw(*key, right) for key, right in RIGHT.items()])


def test_the_mean_is_over_trainings_then_seeds(cell):
    # By hand: WAR 50 and 75, 100 and 25; UAR is half anger's recall, half fear's.
    assert cell['WAR'] == dict(mean=62.5, std=0.0, n=2)
    first, other = (100 / 3 + 50) / 2, (100 + 100 / 6) / 2
    assert cell['UAR']['mean'] == pytest.approx((first + other) / 2)
    assert [run['numbers']['WAR'] for run in cell['runs']] == [50, 75, 100, 25]


def test_classes_and_clips_are_told(cell):
    assert (cell['num_classes'], cell['num_clips']) == (2, 4)
    assert cell['classes'] == ['anger', 'fear']
    missing = cell['without_counterpart']
    assert missing['trained'] == [] and 'surprise' in missing['tested']
    assert cell['without_a_clip'] == ['disgust', 'happiness', 'neutral', 'sadness']
    assert cell['excluded_clips'] == dict(surprise=5)


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        (dict(pixel_version='v2'), 'seed0/fold2 was tested on other clips'),
        (dict(label_map='ravdess_to_mafw'), 'seed0/fold2 was tested on other clips'),
    ],
)
def test_trainings_that_were_tested_on_different_things(change, words):
    results = [on_mafw(0, 1, RIGHT[0, 1]), on_mafw(0, 2, RIGHT[0, 2])]
    results[1].meta.update(change)
    with pytest.raises(ValueError, match=words):
        other_cell(results)


def test_a_clip_more_in_one_of_them_is_noticed():
    results = [on_mafw(0, 1, RIGHT[0, 1]), on_mafw(0, 2, RIGHT[0, 2])]
    results[1].predictions.pop()
    with pytest.raises(ValueError, match='other clips, labels or pictures'):
        other_cell(results)


def test_predictions_without_a_map_are_no_cell(make_result):
    with pytest.raises(ValueError, match='no label map'):
        other_cell([make_result()])


def test_the_diagonal_is_the_protocol_s_own_number(make_result):
    report = aggregate([make_result(fold=fold) for fold in (1, 2)])
    own = own_cell(report)
    assert own['UAR'] == report['summary']['mean_of_folds']['UAR']
    assert (own['kind'], own['num_classes'], own['num_clips']) == ('own', 4, 80)


def test_several_labels_a_clip_have_no_uar():
    report = dict(summary=dict(mean_of_folds=dict(mAP=None, macro_F1=None)))
    assert 'no UAR and WAR' in own_cell(report)['why']


@pytest.fixture
def matrix(cell, make_result):
    report = aggregate([make_result(fold=fold) for fold in (1, 2)])
    rows = [
        dict(config='mine', dataset='CREMA-D', selection='last epoch')
        | dict(folds=[1, 2], seeds=[0, 1])
        | dict(cells={'CREMA-D': own_cell(report), 'MAFW': cell}),
        dict(config='other', dataset='DFEW', selection=None, folds=None, seeds=[0])
        | dict(
            cells={
                'DFEW': failed_cell('It | broke\nin `two` lines.'),
                'CREMA-D': failed_cell('none'),
            }
        ),
    ]
    return make_matrix(rows, ['CREMA-D', 'MAFW', 'DFEW'])


def test_the_page_has_all_of_it(matrix, tmp_path):
    write_matrix(matrix, tmp_path)
    assert json.loads((tmp_path / 'matrix.json').read_text()) == matrix
    page = (tmp_path / 'matrix.md').read_text()
    rows = [line for line in page.splitlines() if line.startswith('|')]
    assert {line.count('|') for line in rows} == {5} and len(rows) == 4
    own, other, none = (part.strip() for part in rows[2].split('|')[2:5])
    assert own.startswith('**') and own.endswith('all 4 classes, 80 clips')
    assert (
        other.startswith('50.00 ± 11.79 / 62.50')
        and '2 classes, 4 clips' in other
        and none == '-'
    )
    assert 'It &#124; broke in &#96;two&#96; lines.' in rows[3]
    assert 'no part in choosing the epoch' in page and '): last epoch; folds: 1' in page
    assert 'surprise' in page and 'Clips left out: surprise 5' in page


def test_the_screen_names_what_has_no_counterpart(matrix, capsys):
    Terminal(width=120).print(matrix_table(matrix))
    shown = capsys.readouterr().out
    assert 'own: ' in shown and 'no number, see below' in shown
    said = list(notes(matrix))
    assert len(said) == 3 and 'It | broke in `two` lines.' in said[1]
    assert 'Of the data set tested, surprise, contempt' in said[0]


def test_a_cell_without_a_number_is_noticed(matrix):
    assert has_failed(matrix)
    del matrix['rows'][1]
    assert not has_failed(matrix)


def test_a_class_without_a_clip_is_named_on_the_diagonal_too(cell, capsys):
    own = dict(cell, kind='own', num_classes=5, without_a_clip=['fear'])
    row = dict(config='a', dataset='A', cells={'A': own}, selection=None)
    matrix = make_matrix([dict(row, seeds=[0], folds=None)], ['A'])
    assert 'fear has no test clip.' in ' '.join(notes(matrix))
    Terminal(width=120).print(matrix_table(matrix))
    shown = capsys.readouterr().out
    assert '5 classes' in shown and 'all 5 classes' not in shown


@pytest.mark.parametrize(
    ('lines', 'words'),
    [
        (['x', 'error: no data.', '  Fetch them.', 'torchrun: failed'], 'Fetch them.'),
        (['a', 'the last line'], 'the last line'),
    ],
)
def test_the_last_words_of_a_test_are_its_own(tmp_path, lines, words):
    log = tmp_path / 'run.log'
    log.write_text('\n'.join(lines))
    assert _last_words(log, 0).endswith(words)
