import json

import numpy as np
import pytest
import torch
from mmengine.evaluator import Evaluator

from tgdfer_mm.datasets.transforms.packing import META_KEYS
from tgdfer_mm.evaluation import DumpPredictions, read_predictions
from tgdfer_mm.evaluation.clip_metric import NonFiniteScoreError
from tgdfer_mm.evaluation.dump import digest_of
from tgdfer_mm.evaluation.people import GROUPS, PERSON


def dump(samples, path, classes):
    metric = DumpPredictions(str(path))
    evaluator = Evaluator([metric])
    evaluator.dataset_meta = dict(classes=classes, dataset='DFEW', fold=1)
    evaluator.process(samples)
    assert evaluator.evaluate(len(samples)) == {}
    return read_predictions(path)


def test_round_trip_keeps_every_number(tmp_path, classes, make_sample):
    rng = np.random.default_rng(0)
    values = rng.random((4, 7), dtype=np.float32)
    score = torch.rand(7)
    inds = np.array([0, 3, 5, 5])
    sample = make_sample(
        'z', 3, score=score, values=values, frame_inds=inds, num_valid=3
    )
    sample.set_metainfo(dict(frames_per_instance=1))
    stock = make_sample('Crime/Angry/0063', 1, 2)
    path = tmp_path / 'new' / 'predictions.jsonl'
    first, second = dump([sample, stock], path, classes)

    assert first['clip'] == 'Crime/Angry/0063'  # sorted by clip
    assert (first['label'], first['pred']) == (1, 2)
    assert 'instance_scores' not in first and 'relevance' not in first
    assert second['pred'] == score.argmax().item() and second['damaged'] is None
    assert second['frame_inds'] == [0, 3, 5, 5] and second['num_valid'] == 3
    assert second['frames_per_instance'] == 1
    np.testing.assert_array_equal(np.float32(second['score']), score.numpy())
    np.testing.assert_array_equal(np.float32(second['instance_scores']), values)
    np.testing.assert_array_equal(
        np.float32(second['relevance']), sample.relevance.numpy()
    )
    meta = json.loads((path.parent / 'predictions.meta.json').read_text())
    assert meta.pop('sha256') == digest_of(path.read_text(), meta)
    assert meta == dict(classes=list(classes), dataset='DFEW', fold=1)
    names = sorted(p.name for p in path.parent.iterdir())
    assert names == ['predictions.jsonl', 'predictions.meta.json']


def test_an_unreadable_clip_has_no_prediction(tmp_path, classes, make_sample):
    sample = make_sample('a', 3, 3, damaged='truncated JPEG')
    (line,) = dump([sample], tmp_path / 'p.jsonl', classes)
    assert line['damaged'] == 'truncated JPEG' and line['label'] == 3
    assert line['pred'] is None and line['score'] is None


def test_who_is_in_a_clip_goes_along(tmp_path, classes, make_sample):
    known = dict(actor='1001', sex='female', age=29, age_group='20-29')
    samples = [
        make_sample('a', 0, 0, **known),
        make_sample('b', 0, 0, person='Anna'),
        make_sample('c', 0, 0),
    ]
    acted, own, nobody = dump(samples, tmp_path / 'p.jsonl', classes)
    assert acted['person'] == '1001'
    assert acted['groups'] == dict(sex='female', age_group='20-29')
    assert own['person'] == 'Anna' and 'groups' not in own
    assert not {'person', 'groups'} & set(nobody)
    assert {*PERSON, *GROUPS} <= set(META_KEYS)  # or the pipelines would lose them


def test_a_failed_write_leaves_the_old_file(tmp_path, classes, make_sample):
    path = tmp_path / 'p.jsonl'
    before = dump([make_sample('a', 0, 0)], path, classes)
    metric = DumpPredictions(str(path))
    metric.dataset_meta = dict(classes=classes)
    metric.process(None, [make_sample('b', 0, 0).to_dict()])
    metric.dataset_meta = dict(classes=classes, mean=np.zeros(3))
    with pytest.raises(TypeError, match='ndarray'):
        metric.evaluate(1)
    assert read_predictions(path) == before
    assert len(list(tmp_path.iterdir())) == 2


def test_unwritable_predictions_are_named(tmp_path, classes, make_sample):
    path = tmp_path / 'p.jsonl'
    with pytest.raises(ValueError, match='must end in .jsonl'):
        DumpPredictions('p.json')
    (tmp_path / 'folder.jsonl').mkdir()
    with pytest.raises(ValueError, match='is a folder'):
        DumpPredictions(str(tmp_path / 'folder.jsonl'))
    (tmp_path / 'folder.jsonl').rmdir()
    bad = make_sample('a', 0, 0, values=np.full((4, 7), np.inf))
    with pytest.raises(ValueError, match='clip a: .*not finite'):
        dump([bad], path, classes)
    nameless = make_sample('a', 0, 0)
    del nameless.clip
    with pytest.raises(ValueError, match='no clip name'):
        dump([nameless], path, classes)
    assert not path.exists()


def test_what_json_cannot_hold_is_never_written(tmp_path, classes, make_sample):
    path = tmp_path / 'p.jsonl'
    metric = DumpPredictions(str(path))
    metric.dataset_meta = dict(classes=classes, mean=float('nan'))
    metric.process(None, [make_sample('a', 0, 0).to_dict()])
    with pytest.raises(ValueError, match='not JSON compliant'):
        metric.evaluate(1)
    soft = make_sample('a', 0, 0).to_dict() | dict(gt_label=[0.5, float('nan')])
    metric.dataset_meta = dict(classes=classes)
    metric.process(None, [soft])
    with pytest.raises(ValueError, match='not JSON compliant'):
        metric.compute_metrics(metric.results[-1:])
    assert not path.exists()


GOOD = '{"clip": "a", "label": 0, "pred": 0, "score": [1.0], "damaged": null}'


@pytest.mark.parametrize(
    'line, message',
    [
        ('{"clip": "b", ', 'line 2: not valid JSON'),
        ('', 'line 2: not valid JSON'),
        (GOOD.replace('1.0', 'NaN'), 'line 2: not valid JSON.*NaN'),
        ('[1]', 'line 2: not a prediction'),
        ('{"clip": "b"}', r"line 2: not a prediction, lacks \['damaged', 'label'"),
        (GOOD, 'line 2: clip a is already in line 1'),
        (
            GOOD[:-1] + ', "person": 7}',
            'line 2: clip a: `person` is 7, which is not a name',
        ),
        (GOOD[:-1] + ', "groups": ["x"]}', 'line 2: clip a: `groups` is'),
        (GOOD[:-1] + ', "groups": {"sex": 1}}', 'line 2: clip a: `groups` has'),
    ],
)
def test_reader_names_file_and_line(line, message, tmp_path):
    path = tmp_path / 'p.jsonl'
    path.write_text(f'{GOOD}\n{line}\n')
    with pytest.raises(ValueError, match=f'p.jsonl, {message}'):
        read_predictions(path)


def test_reader_names_the_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match='p.jsonl: no such file'):
        read_predictions(tmp_path / 'p.jsonl')


def test_the_attention_of_a_head_is_written(tmp_path, classes, make_sample):
    sample = make_sample('a', 0, 0, values=np.ones((4, 7)))
    shares = torch.tensor([0.1, 0.2, 0.3, 0.4])
    sample.pop('relevance')
    sample.set_field(shares, 'attention')
    (line,) = dump([sample], tmp_path / 'p.jsonl', classes)
    assert 'relevance' not in line
    np.testing.assert_array_equal(np.float32(line['attention']), shares.numpy())
    sample.set_field(shares * torch.nan, 'attention')
    with pytest.raises(NonFiniteScoreError, match='clip a: .* attention is not finite'):
        dump([sample], tmp_path / 'q.jsonl', classes)


@pytest.mark.parametrize(
    ('score', 'pred', 'message'),
    [
        *(
            ('[1e999]', '0', 'not a finite number'),
            ('[-1e999]', '0', 'not a finite number'),
        ),
        *(
            ('["1"]', '0', 'not a finite number'),
            ('[true]', '0', 'not a finite number'),
        ),
        *(('[null]', '0', 'not a finite number'), ('[]', '0', 'not a list of numbers')),
        *(('3', '0', 'not a list of numbers'), ('{}', '0', 'not a list of numbers')),
        *(('[0.5, 0.5]', '2', 'there are 2 scores'), ('[0.5]', '-1', '1 scores')),
        *(
            ('[0.5]', 'null', 'not a class index'),
            ('[0.5]', '0.0', 'not a class index'),
        ),
        *(('[0.5]', 'true', 'not a class index'), ('null', '0', 'no `score`')),
        ('[' + '9' * 400 + ']', '0', 'not a finite number'),
    ],
)
def test_scores_that_have_no_largest_one_are_no_prediction(
    score, pred, message, tmp_path
):
    path = tmp_path / 'p.jsonl'
    path.write_text(
        GOOD.replace('[1.0]', score).replace('"pred": 0', f'"pred": {pred}')
    )
    with pytest.raises(ValueError, match=f'p.jsonl, line 1: clip a: .*{message}'):
        read_predictions(path)


@pytest.mark.parametrize(
    ('key', 'value', 'message'),
    [
        *(('clip', value, 'not a name') for value in ('5', 'null', '["a"]', '{}')),
        *(('label', v, 'class index') for v in ('"a"', 'true', '{}', '[]', '0.5')),
        *(('label', v, 'class index') for v in ('[null]', '1' + '0' * 400)),
    ],
)
def test_a_clip_has_a_name_and_a_label(key, value, message, tmp_path):
    path = tmp_path / 'p.jsonl'
    old = '"a"' if key == 'clip' else '0'
    path.write_text(GOOD.replace(f'"{key}": {old}', f'"{key}": {value}'))
    with pytest.raises(ValueError, match=f'p.jsonl, line 1: .*`{key}` is .*{message}'):
        read_predictions(path)
