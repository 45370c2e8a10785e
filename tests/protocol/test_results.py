"""The metrics over folds and seeds."""

import json
import statistics
from dataclasses import replace

import pytest

from tgdfer_mm.evaluation import DumpPredictions
from tgdfer_mm.files import DamagedFileError
from tgdfer_mm.protocol import aggregate, load_result
from tgdfer_mm.protocol.results import difference, numbers_of, spread


def recompute(results):
    """WAR and UAR of all folds and seeds, independent of the package."""

    def war_uar(lines):
        hits = {}
        for line in lines:
            hits.setdefault(line['label'], []).append(line['pred'] == line['label'])
        recalls = [sum(h) / len(h) for h in hits.values()]
        rights = [right for h in hits.values() for right in h]
        return 100 * sum(rights) / len(rights), 100 * sum(recalls) / len(recalls)

    numbers = {'mean_of_folds': [], 'pooled': []}
    for seed in sorted({r.seed for r in results}):
        folds = [r.predictions for r in results if r.seed == seed]
        both = zip(*map(war_uar, folds), strict=True)
        numbers['mean_of_folds'].append([sum(v) / len(folds) for v in both])
        numbers['pooled'].append(war_uar([line for fold in folds for line in fold]))
    return numbers


@pytest.fixture
def results(make_result):
    """Three seeds of two folds, whose sizes differ."""
    return [
        make_result(seed, fold, clips=30 * fold, accuracy=0.5 + 0.2 * fold)
        for seed in (0, 1, 2)
        for fold in (1, 2)
    ]


def test_means_and_spread_are_those_of_an_independent_script(results):
    report = aggregate(results)
    expected = recompute(results)
    for way, by_seed in expected.items():
        for i, name in enumerate(('WAR', 'UAR')):
            values = [numbers[i] for numbers in by_seed]
            got = report['summary'][way][name]
            assert got['mean'] == pytest.approx(statistics.mean(values), abs=1e-9)
            assert got['std'] == pytest.approx(statistics.stdev(values), abs=1e-9)
            assert got['n'] == 3
            seeds = [s[way][name] for s in report['by_seed']]
            assert seeds == pytest.approx(values, abs=1e-9)
    # Folds of unequal size: the two ways are not the same.
    ways = [report['summary'][way]['WAR']['mean'] for way in expected]
    assert abs(ways[0] - ways[1]) > 1


def test_order_does_not_matter(results):
    assert aggregate(results[::-1]) == aggregate(results)


def test_every_number_is_there_and_plain(results):
    report = aggregate(results)
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert set(report['summary']['pooled']) == {'UAR', 'WAR', 'macro_F1', 'ECE'}
    assert report['num_clips'] == 90 and report['seeds'] == [0, 1, 2]
    assert [row['clips'] for row in report['per_class']] == [57, 12, 11, 10]
    matrix = report['confusion']
    assert sum(map(sum, matrix)) == 3 * 90
    for c, row in enumerate(report['per_class']):
        recall = 100 * matrix[c][c] / sum(matrix[c])
        assert row['recall']['mean'] == pytest.approx(recall)
    assert report['selection'] == dict(rule='last', description='last epoch')
    assert [run['epoch'] for run in report['runs']] == [3] * 6


def test_one_seed_has_no_spread_and_data_without_folds_is_one(make_result):
    report = aggregate([make_result(fold=None)])
    assert report['folds'] is None
    assert report['summary']['pooled'] == report['summary']['mean_of_folds']
    assert report['summary']['pooled']['WAR']['std'] is None
    assert spread([1.0, None]) is None


def test_several_labels_have_their_own_numbers(make_result):
    result = make_result()
    for i, line in enumerate(result.predictions):
        line['label'] = [int(i % (c + 2) == 0) for c in range(4)]
    report = aggregate([result])
    assert set(report['summary']['pooled']) == {'mAP', 'macro_AUC', 'macro_F1'}
    assert 'confusion' not in report
    assert [row['clips'] for row in report['per_class']] == [20, 14, 10, 8]


def test_the_threshold_of_the_run_holds(make_result):
    def several(**changes):
        result = make_result(**changes)
        for i, line in enumerate(result.predictions):
            line['label'] = [int(i % (c + 2) == 0) for c in range(4)]
        return result

    usual, low = aggregate([several()]), aggregate([several(threshold=0.2)])
    assert (usual['threshold'], low['threshold']) == (0.5, 0.2)
    f1 = [r['summary']['pooled']['macro_F1']['mean'] for r in (usual, low)]
    own = numbers_of(several().predictions, several().meta['classes'], 0.2)
    assert f1[1] == own['macro_F1'] != f1[0]
    with pytest.raises(ValueError, match='do not belong together: threshold'):
        aggregate([several(), several(fold=2, threshold=0.2)])


def test_unreadable_clips_are_wrong_and_counted(make_result):
    result = make_result(accuracy=1.0)
    before = aggregate([result])
    result.predictions[0].update(pred=None, score=None, damaged='0 frames')
    after = aggregate([result])
    assert before['summary']['pooled']['WAR']['mean'] == 100
    assert after['summary']['pooled']['WAR']['mean'] == pytest.approx(97.5)
    assert after['runs'][0]['num_damaged'] == 1


def test_the_difference_is_ours_minus_theirs(results):
    report = aggregate(results)
    other = aggregate([replace(r, predictions=r.predictions[::2]) for r in results])
    got = difference(report, other)['pooled']['WAR']
    means = [r['summary']['pooled']['WAR']['mean'] for r in (report, other)]
    assert got == pytest.approx(means[0] - means[1]) and got != 0


def test_runs_that_do_not_belong_together_are_refused(make_result):
    first, second = make_result(fold=1), make_result(fold=2)
    with pytest.raises(ValueError, match="dataset is 'Made up' in seed0/fold1"):
        aggregate([first, make_result(fold=2, dataset='Other')])
    with pytest.raises(ValueError, match='selection rule'):
        aggregate([first, make_result(fold=2, selection=dict(rule='test', epoch=1))])
    with pytest.raises(ValueError, match='clip 1/0 is tested in seed0/fold1 and again'):
        aggregate([first, replace(second, predictions=first.predictions)])
    with pytest.raises(ValueError, match='seeds have different folds'):
        aggregate([first, second, make_result(seed=1, fold=1)])
    other = make_result(seed=1, fold=1)
    other.predictions[0]['label'] = 2
    with pytest.raises(ValueError, match='other clips or labels'):
        aggregate([first, other])
    with pytest.raises(ValueError, match='no run'):
        aggregate([])


def test_predictions_are_read_with_what_they_are_of(make_result, write, tmp_path):
    result = make_result(fold=3)
    path = write(result, tmp_path)
    read = load_result(path, result.name, result.seed)
    assert read == result
    path.with_suffix('.meta.json').unlink()
    with pytest.raises(FileNotFoundError, match='classes in predictions.jsonl'):
        load_result(path)
    path.write_text('')
    with pytest.raises(ValueError, match='no prediction'):
        load_result(path)
    result.predictions[0]['label'] = None
    with pytest.raises(ValueError, match='clip 3/0 has no label'):
        load_result(write(result, tmp_path))


def test_predictions_that_were_changed_since_are_refused(tmp_path):
    path = tmp_path / 'predictions.jsonl'
    metric = DumpPredictions(str(path))
    metric.dataset_meta = dict(classes=('a', 'b'), fold=1)
    metric.check_complete = lambda results: None
    lines = [
        dict(clip=str(i), label=0, pred=1, score=[0.2, 0.8], damaged=None)
        for i in range(3)
    ]
    metric.compute_metrics(lines)
    result = load_result(path)
    assert result.fold == 1 and 'sha256' not in result.meta
    text, meta = path.read_text(), path.with_suffix('.meta.json')
    path.write_text(text.replace('"pred": 1', '"pred": 0', 1))
    with pytest.raises(
        ValueError, match=r'predictions.jsonl .* were damaged or changed'
    ):
        load_result(path)
    path.write_text(text)
    said = meta.read_text()
    meta.write_text(said.replace('"a"', '"c"'))
    with pytest.raises(ValueError, match='were damaged or changed'):
        load_result(path)
    meta.write_text(said[:30])
    with pytest.raises(DamagedFileError, match='predictions.meta.json cannot be read'):
        load_result(path)
